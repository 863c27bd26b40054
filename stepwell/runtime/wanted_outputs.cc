#include "stepwell/runtime/wanted_outputs.h"

#include <fmt/format.h>

#include <numeric>

#include "stepwell/base/text.h"
#include "stepwell/passes/prune.h"

namespace stepwell::runtime {
namespace {

std::vector<std::size_t> MissingInputs(const ir::Graph& graph, const PlanRequest& request, std::size_t output) {
  const std::vector<bool> behind = passes::ValuesBehind(graph, std::span(&output, 1));
  std::vector<std::size_t> missing;
  for (std::size_t input = 0; input < graph.inputs().size(); ++input) {
    if (behind[graph.inputs()[input].value.index] && !request.input_shapes[input]) missing.push_back(input);
  }
  return missing;
}

std::string NamesOf(const ir::Graph& graph, std::span<const std::size_t> inputs) {
  std::vector<std::string> names;
  for (const std::size_t input : inputs) names.push_back("'" + graph.inputs()[input].name + "'");
  return Join(names, ", ");
}

[[noreturn]] void RefuseOutputs(const ir::Graph& graph, std::span<const Plan::LeftOut> left_out) {
  std::vector<std::string> reasons;
  for (const Plan::LeftOut& output : left_out) {
    reasons.push_back(fmt::format("output '{}' cannot be computed without the input {}",
                                  graph.outputs()[output.output].name, NamesOf(graph, output.missing_inputs)));
  }
  throw Error(ErrorKind::kInvalidArgument, Join(reasons, "; "));
}

void RequireFit(const ir::Graph& graph, const PlanRequest& request) {
  if (request.input_shapes.size() != graph.inputs().size()) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("the model has {} inputs, the request speaks of {}",
                                                         graph.inputs().size(), request.input_shapes.size()));
  }
  for (const std::size_t output : request.outputs) {
    if (output < graph.outputs().size()) continue;
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the model has {} outputs; output {} was asked for", graph.outputs().size(), output));
  }
}

}  // namespace

WantedOutputs FindWantedOutputs(const ir::Graph& graph, const PlanRequest& request) {
  RequireFit(graph, request);
  std::vector<std::size_t> candidates = request.outputs;
  if (candidates.empty()) {
    candidates.resize(graph.outputs().size());
    std::iota(candidates.begin(), candidates.end(), std::size_t{0});
  }
  WantedOutputs wanted;
  for (const std::size_t output : candidates) {
    std::vector<std::size_t> missing = MissingInputs(graph, request, output);
    if (missing.empty()) {
      wanted.outputs.push_back(output);
    } else {
      wanted.left_out.push_back({output, std::move(missing)});
    }
  }
  const bool is_refused = request.outputs.empty() ? wanted.outputs.empty() : !wanted.left_out.empty();
  if (is_refused && !wanted.left_out.empty()) RefuseOutputs(graph, wanted.left_out);
  return wanted;
}

}  // namespace stepwell::runtime
