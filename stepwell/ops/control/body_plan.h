#pragma once

#include <memory>
#include <span>
#include <vector>

#include "stepwell/ir/graph.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::control {

// A body of static shapes, ready to run: its kernels, and where each of its values lies in the memory of a run. The
// memory holds a table of the values' addresses, the values that nodes compute and what the kernels work in. Immutable,
// free to share.
class BodyPlan {
 public:
  // Throws Error naming the node of the body that has no kernel or no static shape.
  BodyPlan(ir::Graph body, const KernelSite& site);

  const ir::Graph& body() const { return body_; }
  std::size_t memory_bytes() const { return memory_bytes_; }

  // One run's memory, at least memory_bytes() long and aligned to 64 bytes.
  class Memory {
   public:
    Memory(const BodyPlan& plan, std::span<std::byte> bytes);

    // Where the body's inputs lie must be said before the first Run, and again where it changes.
    void SetInput(std::size_t input, const std::byte* address);
    const std::byte* input(std::size_t index) const;
    const std::byte* output(std::size_t index) const;
    // Runs the body once. Allocates nothing.
    void Run();

   private:
    const std::byte* address(ir::ValueId value) const { return addresses_[value.index]; }

    const BodyPlan& plan_;
    std::span<std::byte> bytes_;
    std::span<const std::byte*> addresses_;  // by ValueId
  };

 private:
  struct Step {
    const ir::Node* node = nullptr;
    std::unique_ptr<const Kernel> kernel;  // null for a view
  };

  void AddStep(const ir::Node& node, const KernelSite& site);
  void RequireStatic(const ir::Node& node) const;
  bool IsRead(ir::ValueId value) const;
  void PlaceConstants();
  void PlaceMemory();
  std::size_t Reserve(std::size_t bytes);

  ir::Graph body_;
  std::vector<Step> steps_;
  std::vector<SharedBytes> held_;            // what constants_ points into
  std::vector<const std::byte*> constants_;  // by ValueId; null where the value is no constant that somebody reads
  std::vector<std::size_t> offsets_;         // by ValueId: of what kernels compute, in the memory
  std::vector<bool> computed_;               // by ValueId: whether a kernel computes it
  std::size_t most_inputs_ = 0;
  std::size_t most_outputs_ = 0;
  std::size_t inputs_offset_ = 0;  // of the views that a kernel takes
  std::size_t outputs_offset_ = 0;
  std::size_t scratch_offset_ = 0;
  std::size_t scratch_bytes_ = 0;
  std::size_t memory_bytes_ = 0;
};

}  // namespace stepwell::ops::control
