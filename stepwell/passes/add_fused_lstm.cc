#include "stepwell/passes/add_fused_lstm.h"

#include <map>

#include "stepwell/ops/layout/reshape.h"
#include "stepwell/passes/prune.h"

namespace stepwell::passes {
namespace {

// A constant of another graph, with all that it is computed from.
ir::ValueId CopyConstant(ir::GraphBuilder& builder, const ir::Graph& graph, ir::ValueId constant) {
  std::map<ir::ValueId, ir::ValueId> copies;
  for (const ir::Node* node : NodesBehind(graph, constant)) {
    std::vector<ir::ValueId> inputs;
    for (const ir::ValueId input : node->inputs) inputs.push_back(copies.at(input));
    const std::vector<ir::ValueId> outputs = builder.Add(node->name, node->op, std::move(inputs));
    for (std::size_t port = 0; port < outputs.size(); ++port) copies.emplace(node->outputs[port], outputs[port]);
  }
  return copies.at(constant);
}

// A row of `width` constants: the given one, or zeros.
ir::ValueId AddRow(const FusedLstmSite& site, const std::optional<ir::ValueId>& constant, Dim width) {
  if (!constant)
    return site.builder.AddConstant(site.name + "/zeros", ir::ConstantData::Of(Tensor({DType::kF32, {width}})));
  const ir::ValueId row = CopyConstant(site.builder, site.found_in, *constant);
  if (site.builder.type(row).shape.rank() == 1) return row;
  return site.builder.AddOne(site.name + "/row", ops::layout::Reshape{},
                             {row, site.builder.AddInts(site.name + "/row_shape", {width})});
}

FusedLstmOutputs AddFusedGru(const FusedLstmSite& site, const LstmPattern& pattern) {
  std::vector<ir::ValueId> inputs = {site.x, site.h};
  for (const auto& constant : {std::optional(pattern.kernel), pattern.recurrent, pattern.bias}) {
    if (constant) inputs.push_back(CopyConstant(site.builder, site.found_in, *constant));
  }
  ops::recurrent::FusedGru op = *pattern.gru;
  op.sequence_order = site.order;
  const ir::ValueId all = site.builder.AddOne(site.name, std::move(op), std::move(inputs));
  return {all, all};
}

}  // namespace

FusedLstmOutputs AddFusedLstm(const FusedLstmSite& site, const LstmPattern& pattern) {
  if (pattern.gru) return AddFusedGru(site, pattern);
  const auto copy = [&](ir::ValueId constant) { return CopyConstant(site.builder, site.found_in, constant); };
  std::vector<ir::ValueId> inputs = {site.x, site.h, site.c, copy(pattern.kernel)};
  if (pattern.recurrent) inputs.push_back(copy(*pattern.recurrent));
  inputs.push_back(AddRow(site, pattern.bias, 4 * pattern.cells));
  if (pattern.op.peepholes) {
    for (const auto& peephole : pattern.peepholes) inputs.push_back(AddRow(site, peephole, pattern.cells));
  }
  if (pattern.projection) inputs.push_back(copy(*pattern.projection));
  ops::recurrent::FusedLstm op = pattern.op;
  op.sequence_order = site.order;
  const auto outputs =
      site.builder.Add(site.name, std::make_shared<const ops::recurrent::FusedLstm>(std::move(op)), std::move(inputs));
  return {outputs.at(0), outputs.at(1)};
}

}  // namespace stepwell::passes
