#include "stepwell/converter/shapes/free_dims_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>

#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/layout/broadcast.h"
#include "stepwell/ops/registry.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::converter {
namespace {

// Computes dimensions from the shapes of the graph's inputs; each ShapeOf and each dimension is computed once.
class DimSource {
 public:
  DimSource(passes::Rewriter& rewriter, const DimSymbols& symbols) : rewriter_(rewriter), symbols_(symbols) {}

  // i64[1]
  ir::ValueId Vector(const DimExpr& expr) {
    std::optional<ir::ValueId> product;
    for (const SymbolId symbol : expr.symbols) {
      const ir::ValueId dim = symbols_.IsHard(symbol) ? Number(symbols_.source_value(symbol)) : Axis(symbol);
      product = product ? AddOp("Multiply", "dims", {*product, dim}) : dim;
    }
    if (!product) return Number(expr.constant);
    return expr.constant == 1 ? *product : AddOp("Multiply", "dims", {*product, Number(expr.constant)});
  }

  // The target of a Reshape: -1 stands for the first dimension that is not known.
  ir::ValueId ReshapeTarget(const std::vector<DimExpr>& target) { return Vectors(target, Unknown::kOnce); }
  ir::ValueId Shape(const std::vector<DimExpr>& target) { return Vectors(target, Unknown::kNever); }
  // i64[]
  ir::ValueId Scalar(const DimExpr& expr) {
    return AddOp("Squeeze", "dim", {Vector(expr), rewriter_.builder().AddInts("dim/axes", {0})});
  }

 private:
  enum class Unknown { kNever, kOnce };

  bool IsKnown(const DimExpr& expr) const {
    return std::all_of(expr.symbols.begin(), expr.symbols.end(), [&](SymbolId s) { return symbols_.IsHard(s); });
  }

  ir::ValueId Vectors(const std::vector<DimExpr>& target, Unknown unknown) {
    std::vector<ir::ValueId> pieces;
    std::vector<std::int64_t> numbers;
    const auto flush = [&] {
      if (!numbers.empty()) pieces.push_back(rewriter_.builder().AddInts("shape", std::move(numbers)));
      numbers.clear();
    };
    for (const DimExpr& expr : target) {
      if (IsKnown(expr)) {
        numbers.push_back(symbols_.SourceValue(expr));
      } else if (unknown == Unknown::kOnce) {
        numbers.push_back(-1);
        unknown = Unknown::kNever;
      } else {
        flush();
        pieces.push_back(Vector(expr));
      }
    }
    flush();
    return pieces.size() == 1 ? pieces[0] : AddOp("Concat", "shape", pieces);
  }

  ir::ValueId Number(Dim value) { return rewriter_.builder().AddInts("dim", {value}); }

  ir::ValueId Axis(SymbolId symbol) {
    const auto known = axes_.find(symbols_.Root(symbol));
    if (known != axes_.end()) return known->second;
    const DimSymbols::Origin origin = *symbols_.origin(symbol);
    const ir::Input& input = rewriter_.source().inputs()[origin.input];
    auto shape = shapes_.find(origin.input);
    if (shape == shapes_.end()) {
      const ir::ValueId value = rewriter_.Mapped(input.value);
      shape = shapes_.emplace(origin.input, AddOp("ShapeOf", input.name + "/shape", {value})).first;
    }
    ir::GraphBuilder& builder = rewriter_.builder();
    const std::string name = fmt::format("{}/dim_{}", input.name, origin.axis);
    const ir::ValueId index = builder.AddInts(name + "/index", {origin.axis});
    const ir::ValueId dim = AddOp("Gather", name, {shape->second, index, builder.AddInt(name + "/axis", 0)});
    return axes_.emplace(symbols_.Root(symbol), dim).first->second;
  }

  // These ops do here what their default attributes say.
  ir::ValueId AddOp(std::string_view type, std::string name, std::vector<ir::ValueId> inputs) {
    return rewriter_.builder().Add(std::move(name), ops::MakeOp(type), std::move(inputs)).at(0);
  }

  passes::Rewriter& rewriter_;
  const DimSymbols& symbols_;
  std::map<std::size_t, ir::ValueId> shapes_;  // by input
  std::map<SymbolId, ir::ValueId> axes_;       // by root
};

TensorType FreedType(const ir::Graph& graph, const ir::Input& input, const DimSymbols& symbols,
                     const std::vector<std::optional<SymbolId>>& axes) {
  TensorType type = graph.value(input.value).type;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (axes[axis] && !symbols.IsHard(*axes[axis])) type.shape[static_cast<int>(axis)] = kDynamic;
  }
  return type;
}

// Says of the input that was added last how long its axes can be.
void LimitCall(passes::Rewriter& rewriter, const SolvedShapes& solved,
               const std::vector<std::optional<SymbolId>>& axes) {
  ir::CallShape call = rewriter.builder().graph().inputs().back().call;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (!axes[axis] || solved.symbols.IsHard(*axes[axis])) continue;
    for (const DimLimit& limit : solved.limits) {
      const bool is_axis = limit.dim.constant == 1 && limit.dim.symbols.size() == 1 &&
                           solved.symbols.Root(limit.dim.symbols[0]) == solved.symbols.Root(*axes[axis]);
      Dim& most = call.largest[static_cast<int>(axis)];
      if (is_axis && (most == kDynamic || limit.most < most)) most = limit.most;
    }
  }
  rewriter.builder().SetCallShape(call);
}

// The element that a uniform constant repeats, a scalar.
ir::ConstantData ElementOf(const ir::ConstantData& uniform) {
  Tensor element({uniform.type.dtype, {}});
  std::memcpy(element.view().data, uniform.bytes.Get().data(), element.type().bytes());
  return ir::ConstantData::Of(std::move(element));
}

// What computes the numbers of the node's ShapeSite: like what it stands for, a scalar or a vector, of its type.
ir::ValueId ComputedNumbers(passes::Rewriter& rewriter, DimSource& dims, const ir::Node& node, std::size_t input,
                            const std::vector<DimExpr>& target) {
  const TensorType& type = rewriter.source().value(node.inputs[input]).type;
  const ir::ValueId numbers = type.shape.rank() == 0 ? dims.Scalar(target[0]) : dims.Shape(target);
  // Bounds of a slice have to be of one type, as factors have; other ops take what they are given.
  const bool has_others = node.op->name() == "StridedSlice" || node.op->name() == "Multiply";
  if (!has_others || type.dtype == DType::kI64) return numbers;
  return rewriter.builder().AddOne("number", ops::elementwise::Convert(type.dtype), {numbers});
}

void CopyWithTarget(passes::Rewriter& rewriter, DimSource& dims, const ir::Node& node,
                    const std::optional<ShapeSite>& site, const std::vector<DimExpr>& target) {
  ir::GraphBuilder& builder = rewriter.builder();
  if (const auto* constant = ir::As<ir::Constant>(*node.op)) {
    const ir::ValueId element = builder.AddConstant(node.name + "/element", ElementOf(constant->data));
    return rewriter.Map(node.outputs[0],
                        builder.AddOne(node.name, ops::layout::Broadcast(), {element, dims.Shape(target)}));
  }
  std::vector<ir::ValueId> inputs = rewriter.Mapped(node.inputs);
  const bool is_reshape = node.op->name() == "Reshape";
  const std::size_t input = site ? *site->input : *ShapeInputOf(node);
  inputs[input] = is_reshape ? dims.ReshapeTarget(target) : ComputedNumbers(rewriter, dims, node, input, target);
  const std::vector<ir::ValueId> outputs = builder.Add(node.name, node.op, std::move(inputs));
  for (std::size_t i = 0; i < outputs.size(); ++i) rewriter.Map(node.outputs[i], outputs[i]);
}

}  // namespace

ir::Graph WriteFreeDims(const ProbedGraph& probed, const SolvedShapes& solved) {
  const ir::Graph& graph = probed.graph;
  passes::Rewriter rewriter(graph);
  DimSource dims(rewriter, solved.symbols);
  for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
    const ir::Input& input = graph.inputs()[i];
    rewriter.CopyInput(input, FreedType(graph, input, solved.symbols, probed.input_symbols[i]));
    LimitCall(rewriter, solved, probed.input_symbols[i]);
  }
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto target = solved.targets.find(i);
    if (target == solved.targets.end()) {
      rewriter.CopyNode(graph.nodes()[i]);
    } else {
      CopyWithTarget(rewriter, dims, graph.nodes()[i], probed.sites[i], target->second);
    }
  }
  return std::move(rewriter).Finish();
}

}  // namespace stepwell::converter
