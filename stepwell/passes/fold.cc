#include "stepwell/passes/fold.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/passes/compressed_constant.h"
#include "stepwell/passes/computed_bytes.h"
#include "stepwell/passes/evaluate.h"
#include "stepwell/passes/identity.h"
#include "stepwell/passes/prune.h"
#include "stepwell/passes/with_body.h"

namespace stepwell::passes {
namespace {

using Inferred = ir::GraphBuilder::Inferred;

std::optional<std::vector<ir::ConstantData>> ConstantInputs(const ir::GraphBuilder& builder,
                                                            std::span<const ir::ValueId> inputs) {
  std::vector<ir::ConstantData> constants;
  for (const ir::ValueId input : inputs) {
    const ir::ConstantData* constant = builder.constant(input);
    if (constant == nullptr) return std::nullopt;
    constants.push_back(*constant);
  }
  return constants;
}

std::size_t TotalBytes(std::span<const TensorType> types) {
  std::size_t bytes = 0;
  for (const TensorType& type : types) bytes = CheckedAdd(bytes, type.bytes());
  return bytes;
}

bool MayFold(std::span<const ir::ConstantData> inputs, std::span<const TensorType> outputs,
             const FoldOptions& options) {
  const auto is_static = [](const TensorType& type) { return type.shape.is_static(); };
  if (!std::all_of(outputs.begin(), outputs.end(), is_static)) return false;
  const std::size_t bytes = TotalBytes(outputs);
  if (bytes <= options.small_bytes) return true;
  if (options.large == FoldOptions::Large::kKeep) return false;
  std::size_t input_bytes = 0;
  for (const ir::ConstantData& input : inputs) input_bytes += input.bytes.size();
  return bytes <= input_bytes;
}

// The integers of `values` as a constant of the type; nothing unless all are known and the type holds them.
std::optional<ir::ConstantData> KnownInts(const ir::PartialInts& values, const TensorType& type) {
  const auto is_known = [](const auto& value) { return value.has_value(); };
  if (!type.shape.is_static() || !std::all_of(values.begin(), values.end(), is_known)) return std::nullopt;
  STEPWELL_CHECK(AsSize(type.shape.num_elements()) == values.size());
  Tensor tensor(type);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (type.dtype == DType::kI64) {
      tensor.as<std::int64_t>()[i] = *values[i];
    } else if (type.dtype == DType::kI32) {
      tensor.as<std::int32_t>()[i] = static_cast<std::int32_t>(*values[i]);
    } else {
      return std::nullopt;
    }
  }
  return ir::ConstantData::Of(std::move(tensor));
}

// What the node's outputs are known to be; nothing when they depend on data.
std::optional<std::vector<ir::ConstantData>> Folded(const ir::GraphBuilder& builder, const ir::Node& node,
                                                    std::span<const ir::ValueId> inputs, const FoldOptions& options) {
  const Inferred inferred = builder.Infer(*node.op, inputs);
  if (const auto constants = ConstantInputs(builder, inputs)) {
    if (auto compressed = CompressedConstant(*node.op, *constants, inferred.types[0])) return std::vector{*compressed};
    if (node.op->IsView() && !constants->front().bytes.is_held()) {
      return std::vector{ir::ConstantData::Of(inferred.types[0], constants->front().bytes)};
    }
    if (!MayFold(*constants, inferred.types, options)) return std::nullopt;
    if (TotalBytes(inferred.types) > options.small_bytes) {
      if (auto deferred = ComputedWhenRead(node, *constants, inferred.types)) return deferred;
    }
    auto results = EvaluateOp(*node.op, *constants, ops::KernelSet::kFast);
    // Weights in a mapped file, now copied into the result: rarely read again.
    if (!node.op->IsView()) {
      for (const ir::ConstantData& constant : *constants) constant.bytes.ReleasePages();
    }
    return results;
  }
  if (!inferred.ints || inferred.types.size() != 1) return std::nullopt;
  const std::optional<ir::ConstantData> ints = KnownInts(*inferred.ints, inferred.types[0]);
  if (!ints) return std::nullopt;
  return std::vector{*ints};
}

void AddFolded(Rewriter& rewriter, const ir::Node& node, std::span<const ir::ConstantData> constants) {
  for (std::size_t port = 0; port < constants.size(); ++port) {
    const std::string name = port == 0 ? node.name : fmt::format("{}.{}", node.name, port);
    rewriter.Map(node.outputs[port], rewriter.builder().AddConstant(name, constants[port]));
  }
}

}  // namespace

void FoldOrCopy(Rewriter& rewriter, const ir::Node& node, const FoldOptions& options) {
  const std::vector<ir::ValueId> inputs = rewriter.Mapped(node.inputs);
  const auto frame = [&] { return fmt::format("folding node '{}' ({})", node.name, node.op->name()); };
  const bool was_folded = While(frame, [&] {
    if (inputs.empty()) return false;
    if (GivesInputBack(rewriter.builder(), *node.op, inputs)) return rewriter.Map(node.outputs[0], inputs[0]), true;
    const auto folded = Folded(rewriter.builder(), node, inputs, options);
    if (folded) AddFolded(rewriter, node, *folded);
    return folded.has_value();
  });
  if (was_folded) return;
  if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) {
    rewriter.CopyNode(node, WithBody(*loop, Fold(*loop->body, {.small_bytes = options.small_bytes})));
  } else {
    rewriter.CopyNode(node);
  }
}

ir::Graph Fold(const ir::Graph& graph, const FoldOptions& options) {
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) { FoldOrCopy(rewriter, node, options); }));
}

}  // namespace stepwell::passes
