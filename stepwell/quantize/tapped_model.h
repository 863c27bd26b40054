#pragma once

#include <optional>
#include <span>
#include <vector>

#include "stepwell/quantize/model_calls.h"

namespace stepwell::quantize {

// A model of which values inside are computed, too: the same graph with more outputs. Not thread-safe.
class TappedModel {
 public:
  // Those of the values that the inputs of `example` suffice for.
  TappedModel(const ir::Graph& graph, std::span<const ir::ValueId> values, const ModelCall& example);

  // Where a value is among the results of Run(); nothing for one that cannot be computed.
  std::optional<std::size_t> Find(ir::ValueId value) const;

  // See CallRunner.
  void Reset() { runner_->Reset(); }
  std::span<const Tensor> Run(const ModelCall& call) { return runner_->Run(call); }

 private:
  std::vector<ir::ValueId> values_;
  std::shared_ptr<const runtime::LoadedModel> model_;
  std::optional<CallRunner> runner_;
};

}  // namespace stepwell::quantize
