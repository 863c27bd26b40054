#include "stepwell/passes/split_input_gates.h"

#include <memory>

#include "stepwell/kernels/gemm/weight_source.h"
#include "stepwell/ops/layout/slice.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/ops/recurrent/fused_lstm.h"
#include "stepwell/passes/constant_evaluator.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::passes {
namespace {

using ops::recurrent::FusedLstm;

bool IsByInputs(const FusedLstm& op) { return op.weight_order == kernels::WeightOrder::kInputsByOutputs; }

// Whether the layer's first weights are constants of fp32, not stored in fewer bits.
bool HasFp32Weights(const ir::Graph& graph, const ConstantEvaluator& constants, const ir::Node& node) {
  const ir::ValueId kernel = node.inputs[FusedLstm::kKernel];
  const TensorType& type = graph.value(kernel).type;
  if (!constants.IsConstant(kernel) || type.dtype != DType::kF32 || type.shape.rank() != 2) return false;
  const std::int64_t rows = type.shape[0], columns = type.shape[1];
  const auto weights =
      kernels::DenseWeights(constants.Evaluate(kernel).bytes, rows, columns, kernels::WeightOrder::kInputsByOutputs);
  return weights.dtype == DType::kF32;
}

// x W, where W is what belongs to x of the layer's first weights.
ir::ValueId AddProduct(Rewriter& rewriter, const ir::Node& node, const FusedLstm& op) {
  ir::GraphBuilder& builder = rewriter.builder();
  const ir::ValueId x = rewriter.Mapped(node.inputs[FusedLstm::kX]);
  ir::ValueId weights = rewriter.Mapped(node.inputs[FusedLstm::kKernel]);
  if (op.joined) {
    const std::string name = node.name + "/input_weights";
    const std::int64_t inputs = builder.type(x).shape[2];
    weights = builder.AddOne(
        name, ops::layout::Slice{},
        {weights, builder.AddInts(name + "/start", {0}), builder.AddInts(name + "/stop", {inputs}),
         builder.AddInts(name + "/step", {1}), builder.AddInts(name + "/axis", {IsByInputs(op) ? 0 : 1})});
  }
  ops::matmul::MatMul product;
  product.transpose_b = !IsByInputs(op);
  return builder.AddOne(node.name + "/input_gates", product, {x, weights});
}

}  // namespace

ir::Graph SplitInputGates(const ir::Graph& graph, FunctionRef<bool(const ir::Node& lstm)> is_wanted) {
  const ConstantEvaluator constants(graph);
  return Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) {
    const auto* op = ir::As<FusedLstm>(*node.op);
    const bool is_split = op != nullptr && !op->gates_given && HasFp32Weights(graph, constants, node) &&
                          graph.value(node.inputs[FusedLstm::kX]).type.shape.is_static() && is_wanted(node);
    if (!is_split) return rewriter.CopyNode(node);
    auto rest = std::make_shared<FusedLstm>(*op);
    rest->gates_given = true;
    std::vector<ir::ValueId> inputs;
    for (const ir::ValueId input : node.inputs) inputs.push_back(rewriter.Mapped(input));
    inputs[FusedLstm::kX] = AddProduct(rewriter, node, *op);
    const std::vector<ir::ValueId> outputs = rewriter.builder().Add(node.name, std::move(rest), std::move(inputs));
    for (std::size_t port = 0; port < outputs.size(); ++port) rewriter.Map(node.outputs[port], outputs[port]);
  });
}

}  // namespace stepwell::passes
