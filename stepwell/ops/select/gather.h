#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::select {

// Takes slices of data along an axis. Inputs: data, indices (integers of any shape; negative ones count from the end),
// axis (one integer). The first `batch_dims` axes of data and indices are matched with each other; the result is
// data[:axis] + indices[batch_dims:] + data[axis + 1:]. OpenVINO's Gather-8; an index outside the axis is an error at
// run.
struct Gather final : ir::OpOf<Gather> {
  static constexpr std::string_view kName = "Gather";
  static constexpr std::string_view kOpset = "opset8";

  std::int64_t batch_dims = 0;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  std::optional<ir::PartialInts> InferInts(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("batch_dims", self.batch_dims); }
};

}  // namespace stepwell::ops::select
