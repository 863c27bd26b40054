#pragma once

#include "stepwell/ir/op.h"
#include "stepwell/ir/versioned_op.h"

namespace stepwell::ops::select {

// Takes slices of data by coordinates. Inputs: data, indices (integers [..., K], each row the first K coordinates
// behind the batch axes; none negative). The first `batch_dims` axes are matched; the result is indices[:-1] +
// data[batch_dims + K:]. OpenVINO's GatherND-8, and GatherND-5, which joins the batch axes of its result; a coordinate
// outside its axis is an error at run, as in TensorFlow.
struct GatherNd final : ir::OpOf<GatherNd>, ir::VersionedOp {
  static constexpr std::string_view kName = "GatherND";
  static constexpr std::string_view kOpset = "opset8";

  std::int64_t batch_dims = 0;
  bool joins_batch = false;

  std::string_view opset() const override { return joins_batch ? "opset5" : kOpset; }
  void SetOpset(std::string_view opset) override { joins_batch = opset == "opset5"; }

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) { field("batch_dims", self.batch_dims); }
};

}  // namespace stepwell::ops::select
