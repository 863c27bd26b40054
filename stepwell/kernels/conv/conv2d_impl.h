#pragma once

#include <cstddef>
#include <memory>

#include "stepwell/base/checked.h"
#include "stepwell/kernels/conv/conv2d.h"

namespace stepwell::kernels {

// One way to compute a convolution whose shape and sizes have been checked.
class Conv2dPlan::Impl {
 public:
  explicit Impl(const Conv2dShape& shape) : shape_(shape) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;

  const Conv2dShape& shape() const { return shape_; }
  std::int64_t positions() const { return shape_.out_height() * shape_.out_width(); }
  std::int64_t image_elements() const { return shape_.in_channels * shape_.in_height * shape_.in_width; }
  std::int64_t filter_elements() const { return shape_.in_channels * shape_.kernel_height * shape_.kernel_width; }
  // Multiply-adds of a run.
  std::int64_t work() const { return shape_.batch * shape_.out_channels * positions() * filter_elements(); }

  virtual std::size_t MemberScratchBytes() const = 0;
  virtual void Run(const float* x, float* out, std::byte* scratch, WorkerTeam& team) const = 0;

  // Below this many multiply-adds a second thread costs more than it saves.
  static constexpr std::int64_t kLeastForTeam = 1 << 18;

  // The general way: oneDNN's.
  static std::unique_ptr<Impl> MakeSliced(const Conv2dShape& shape, const SharedBytes& weights,
                                          std::span<const float> bias, Conv2dActivation activation);
  // For kernels as wide as their image of one channel, as language models slide over characters: each patch of the
  // image is one stretch of memory, so the convolution is our own matrix product, which allocates nothing.
  static bool HasContiguousPatches(const Conv2dShape& shape);
  static std::unique_ptr<Impl> MakeContiguous(const Conv2dShape& shape, const SharedBytes& weights,
                                              std::span<const float> bias, Conv2dActivation activation);

 private:
  const Conv2dShape shape_;
};

}  // namespace stepwell::kernels
