#include "stepwell/passes/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

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

// Of all different constants: a Concat of one with itself grows.
std::size_t DistinctBytes(std::span<const ir::ConstantData> constants) {
  std::map<const void*, std::size_t> bytes;
  for (const ir::ConstantData& constant : constants) {
    std::size_t& most = bytes[constant.bytes.origin()];
    most = std::max(most, constant.bytes.size());
  }
  std::size_t sum = 0;
  for (const auto& entry : bytes) sum = CheckedAdd(sum, entry.second);
  return sum;
}

// What a graph's constants hold, and what those hold that an earlier pass left to be computed when they are read.
struct ConstantBytes {
  std::size_t stored = 0;
  std::size_t computed = 0;
};
ConstantBytes ConstantBytesOf(const ir::Graph& graph) {
  ConstantBytes bytes;
  for (const ir::Node& node : graph.nodes()) {
    const auto* constant = ir::As<ir::Constant>(*node.op);
    if (constant == nullptr) continue;
    std::size_t& sum = IsComputedWhenRead(constant->data) ? bytes.computed : bytes.stored;
    sum = CheckedAdd(sum, constant->data.bytes.size());
  }
  return bytes;
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

void AddFolded(Rewriter& rewriter, const ir::Node& node, std::span<const ir::ConstantData> constants) {
  for (std::size_t port = 0; port < constants.size(); ++port) {
    const std::string name = port == 0 ? node.name : fmt::format("{}.{}", node.name, port);
    rewriter.Map(node.outputs[port], rewriter.builder().AddConstant(name, constants[port]));
  }
}

}  // namespace

Folder::Folder(const ir::Graph& source, const FoldOptions& options) : options_(options) {
  constexpr std::size_t kAlways = std::size_t{256} << 20;
  constexpr std::size_t kMostGrowth = 8;
  const ConstantBytes bytes = ConstantBytesOf(source);
  small_left_ = CheckedAdd(kAlways, CheckedMul(kMostGrowth, bytes.stored));
  large_left_ = small_left_ - std::min(small_left_, bytes.computed);
}

bool Folder::Take(std::size_t bytes) {
  std::size_t& left = bytes <= options_.small_bytes ? small_left_ : large_left_;
  if (bytes > left) return false;
  left -= bytes;
  return true;
}

bool Folder::MayFold(const Constants& inputs, std::span<const TensorType> types) const {
  const auto is_static = [](const TensorType& type) { return type.shape.is_static(); };
  if (!std::all_of(types.begin(), types.end(), is_static)) return false;
  const std::size_t bytes = TotalBytes(types);
  if (bytes <= options_.small_bytes) return true;
  return options_.large != FoldOptions::Large::kKeep && bytes <= DistinctBytes(inputs);
}

std::optional<Folder::Constants> Folder::Computed(const ir::Node& node, const Constants& inputs,
                                                  std::span<const TensorType> types) {
  if (!MayFold(inputs, types)) return std::nullopt;
  if (node.op->IsView()) return EvaluateOp(*node.op, inputs, ops::KernelSet::kFast);
  if (!Take(TotalBytes(types))) return std::nullopt;
  if (TotalBytes(types) > options_.small_bytes) {
    if (auto deferred = ComputedWhenRead(node, inputs, types)) return deferred;
  }
  auto results = EvaluateOp(*node.op, inputs, ops::KernelSet::kFast);
  // Weights in a mapped file, now copied into the result: rarely read again.
  for (const ir::ConstantData& constant : inputs) constant.bytes.ReleasePages();
  return results;
}

std::optional<Folder::Constants> Folder::Folded(const ir::GraphBuilder& builder, const ir::Node& node,
                                                std::span<const ir::ValueId> inputs) {
  const Inferred inferred = builder.Infer(*node.op, inputs);
  if (const auto constants = ConstantInputs(builder, inputs)) {
    if (auto compressed = CompressedConstant(*node.op, *constants, inferred.types[0])) return std::vector{*compressed};
    if (node.op->IsView() && !constants->front().bytes.is_held()) {
      return std::vector{ir::ConstantData::Of(inferred.types[0], constants->front().bytes)};
    }
    return Computed(node, *constants, inferred.types);
  }
  if (!inferred.ints || inferred.types.size() != 1) return std::nullopt;
  const std::optional<ir::ConstantData> ints = KnownInts(*inferred.ints, inferred.types[0]);
  if (!ints) return std::nullopt;
  return std::vector{*ints};
}

void Folder::FoldOrCopy(Rewriter& rewriter, const ir::Node& node) {
  const std::vector<ir::ValueId> inputs = rewriter.Mapped(node.inputs);
  const auto frame = [&] { return fmt::format("folding node '{}' ({})", node.name, node.op->name()); };
  const bool was_folded = While(frame, [&] {
    if (inputs.empty()) return false;
    if (GivesInputBack(rewriter.builder(), *node.op, inputs)) return rewriter.Map(node.outputs[0], inputs[0]), true;
    const auto folded = Folded(rewriter.builder(), node, inputs);
    if (folded) AddFolded(rewriter, node, *folded);
    return folded.has_value();
  });
  if (was_folded) return;
  if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) {
    rewriter.CopyNode(node, WithBody(*loop, Fold(*loop->body, {.small_bytes = options_.small_bytes})));
  } else {
    rewriter.CopyNode(node);
  }
}

ir::Graph Fold(const ir::Graph& graph, const FoldOptions& options) {
  Folder folder(graph, options);
  return Prune(Rewrite(graph, [&](Rewriter& rewriter, const ir::Node& node) { folder.FoldOrCopy(rewriter, node); }));
}

}  // namespace stepwell::passes
