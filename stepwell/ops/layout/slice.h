#pragma once

#include "stepwell/ops/layout/slicing.h"

namespace stepwell::ops::layout {

// Takes a range of some axes. Inputs: data, start, stop, step, and the axes they speak of (integers [n] each; without
// axes the first n). OpenVINO's Slice-8.
struct Slice final : ir::OpOf<Slice> {
  static constexpr std::string_view kName = "Slice";
  static constexpr std::string_view kOpset = "opset8";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}

  // How each axis of data of that rank is taken: `count` starts, for the given axes or for the first ones. Throws
  // Error(kInvalidModel) when they do not fit.
  static std::vector<SlicedAxis> Axes(int rank, std::size_t count,
                                      const std::optional<std::vector<std::int64_t>>& axes);
};

// Takes ranges and single elements, and adds axes. Inputs: data, begin, end (integers [n]), strides (the same, or
// absent and 1). Element i of a mask that is not 0 means: begin_mask, end_mask: element i of begin or end is ignored;
// new_axis_mask: a new axis of extent 1 stands here; shrink_axis_mask: the element at begin is taken and the axis goes;
// ellipsis_mask (one at most): all axes that the other elements leave. A mask that is shorter ends in zeros.
// OpenVINO's StridedSlice-1.
struct StridedSlice final : ir::OpOf<StridedSlice> {
  static constexpr std::string_view kName = "StridedSlice";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<std::int64_t> begin_mask;
  std::vector<std::int64_t> end_mask;
  std::vector<std::int64_t> new_axis_mask;
  std::vector<std::int64_t> shrink_axis_mask;
  std::vector<std::int64_t> ellipsis_mask;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    field("begin_mask", self.begin_mask);
    field("end_mask", self.end_mask);
    field("new_axis_mask", self.new_axis_mask);
    field("shrink_axis_mask", self.shrink_axis_mask);
    field("ellipsis_mask", self.ellipsis_mask);
  }

  // How each axis of the result is taken from data of that rank by `count` begins. Throws Error(kInvalidModel) when
  // they are more than the data has axes.
  std::vector<SlicedAxis> Axes(int rank, std::size_t count) const;
};

}  // namespace stepwell::ops::layout
