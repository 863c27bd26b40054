#pragma once

#include <vector>

#include "stepwell/kernels/move/strided_copy.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::layout {

// Moves blocks of elements from inputs to outputs, as decided when the kernel was made. Reads only the inputs that it
// moves.
class CopyKernel final : public Kernel {
 public:
  struct Part {
    std::size_t input = 0;
    std::size_t output = 0;
    kernels::StridedCopy copy;
  };

  // Throws Error(kUnsupported) when elements of that type cannot be moved.
  CopyKernel(DType dtype, std::vector<Part> parts);

  void Run(const KernelArgs& args) const override;
  bool ReadsInput(int input) const override;
  bool TakesRows(int) const override { return true; }
  bool GivesRows(int) const override { return true; }

 private:
  std::size_t element_bytes_;
  std::vector<Part> parts_;
};

// How input 0 fills an output of the same or a higher rank: axes are matched from the last one, extents of 1 repeat.
kernels::StridedCopy BroadcastCopy(const Shape& data, const Shape& target);

}  // namespace stepwell::ops::layout
