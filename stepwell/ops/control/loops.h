#pragma once

#include "stepwell/ir/subgraph.h"

namespace stepwell::ops::control {

// Runs the body once for every slice of its sliced inputs, all of which give the same number. OpenVINO's
// TensorIterator-1.
struct TensorIterator final : ir::OpOf<TensorIterator, ir::SubgraphOp> {
  static constexpr std::string_view kName = "TensorIterator";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}  // the maps and the body are SubgraphOp's, which the file's reader knows
};

// Runs the body at most as often as the trip count says (input 0, one integer; -1: without limit) and as long as the
// condition holds: input 1 (one boolean) before the first iteration, the body's condition output after each. The value
// of a last iteration that did not happen is the back edge's first value. OpenVINO's Loop-5.
struct Loop final : ir::OpOf<Loop, ir::SubgraphOp> {
  static constexpr std::string_view kName = "Loop";
  static constexpr std::string_view kOpset = "opset5";

  static constexpr int kTripCount = 0;
  static constexpr int kCondition = 1;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}
};

}  // namespace stepwell::ops::control
