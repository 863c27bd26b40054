#include "stepwell/ops/recurrent/source_cell.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/ops/recurrent/lstm_cell.h"
#include "stepwell/ops/recurrent/openvino_weights.h"

namespace stepwell::ops::recurrent {
namespace {

const ir::ConstantData& ConstantInput(const ImportSite& site, int input, const Shape& shape) {
  const TensorType& found = site.type(input);
  const TensorType expected{DType::kF32, shape};
  const ir::ConstantData* constant = site.graph.constant(site.input(input));
  if (constant == nullptr) {
    throw Error(ErrorKind::kUnsupported, fmt::format("input {} of node '{}' ({}) must be a constant; it is computed",
                                                     input, site.node.name(), site.node.op()));
  }
  if (found != expected) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("input {} of node '{}' ({}) is {} where {} is needed", input, site.node.name(),
                            site.node.op(), ToText(found), ToText(expected)));
  }
  return *constant;
}

bool IsZero(const ir::ConstantData& constant) { return constant.UniformValue() == 0.0; }

// The last extent of an input, which the weights' shapes depend on.
Dim Width(const ImportSite& site, int input) {
  const Shape& shape = site.type(input).shape;
  if (!shape.has_rank() || shape.rank() < 2 || shape[shape.rank() - 1] == kDynamic) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("input {} of node '{}' ({}) must have a known width; it is {}", input, site.node.name(),
                            site.node.op(), ToText(site.type(input))));
  }
  return shape[shape.rank() - 1];
}

}  // namespace

SourceCell ReadSourceCell(const ImportSite& site, const SourceCellInputs& inputs) {
  SourceCell cell;
  const bool order_of_v2 = site.node.op() == "BlockLSTMV2";
  cell.inputs = Width(site, inputs.x);
  cell.cells = Width(site, inputs.c);
  const Dim gates = CheckedMul<Dim>(4, cell.cells);
  cell.kernel = ConstantInput(site, inputs.kernel, {CheckedAdd(cell.inputs, cell.cells), gates});
  cell.bias = ConstantInput(site, inputs.bias, {gates});
  cell.gate_order = order_of_v2 ? "ifco" : "icfo";
  cell.forget_bias = order_of_v2 ? 0.0F : site.node.FloatAttr("forget_bias", 1.0F);
  cell.cell_clip = std::max(0.0F, site.node.FloatAttr("cell_clip", order_of_v2 ? 0.0F : 3.0F));
  if (!site.node.BoolAttr("use_peephole", false)) return cell;
  for (int i = 0; i < 3; ++i) {
    cell.peepholes.push_back(ConstantInput(site, inputs.peepholes + i, {cell.cells}));
  }
  if (std::all_of(cell.peepholes.begin(), cell.peepholes.end(), IsZero)) cell.peepholes.clear();
  return cell;
}

bool FitsLstmCell(const SourceCell& cell) { return cell.peepholes.empty() && cell.cell_clip == 0; }

CellResults AddLstmCell(const SourceCell& cell, const CellArguments& arguments, ir::GraphBuilder& graph,
                        std::string_view prefix) {
  const auto name = [&](std::string_view part) { return fmt::format("{}{}", prefix, part); };
  OpenVinoWeights weights = ToOpenVino(cell);
  const ir::ValueId w = graph.AddConstant(name("W"), std::move(weights.input));
  const ir::ValueId r = graph.AddConstant(name("R"), std::move(weights.recurrent));
  const ir::ValueId b = graph.AddConstant(name("B"), std::move(weights.bias));
  auto op = std::make_shared<LstmCell>();
  op->hidden_size = cell.cells;
  const std::vector<ir::ValueId> results =
      graph.Add(name("LSTMCell"), std::move(op), {arguments.x, arguments.h, arguments.c, w, r, b});
  CellResults cell_results;
  cell_results.h = results.at(0);
  cell_results.cs = results.at(1);
  return cell_results;
}

}  // namespace stepwell::ops::recurrent
