#include "stepwell/converter/import/node_kinds.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "stepwell/base/limits.h"

namespace stepwell::converter {
namespace {

// Before this version of the graph format a placeholder's shape without dimensions meant "any shape".
constexpr std::int64_t kScalarShapesKnownSince = 24;
constexpr std::int64_t kMostPorts = limits::kMostOutputPorts;

template <std::size_t n>
bool IsOneOf(const SourceNode& node, const std::array<std::string_view, n>& ops) {
  return std::find(ops.begin(), ops.end(), node.op) != ops.end();
}

constexpr std::array<std::string_view, 2> kPlaceholders = {"Placeholder", "PlaceholderV2"};
constexpr std::array<std::string_view, 3> kVariables = {"Variable", "VariableV2", "VarHandleOp"};
constexpr std::array<std::string_view, 2> kPlainAssigns = {"Assign", "AssignVariableOp"};
constexpr std::array<std::string_view, 4> kSumAssigns = {"AssignAdd", "AssignSub", "AssignAddVariableOp",
                                                         "AssignSubVariableOp"};
constexpr std::array<std::string_view, 5> kCopies = {"Identity", "StopGradient", "PreventGradient", "Snapshot",
                                                     "PlaceholderWithDefault"};
constexpr std::array<std::string_view, 3> kReshapes = {"Reshape", "ExpandDims", "Squeeze"};
constexpr std::array<std::string_view, 8> kCheckpointOps = {
    "Save", "SaveSlices", "SaveV2", "Restore", "RestoreV2", "RestoreSlice", "MergeV2Checkpoints", "ShardedFilename"};
constexpr std::array<std::string_view, 5> kEffects = {"NoOp", "Assert", "Print", "PrintV2", "WriteSummary"};

// The number of elements they give is known only when they run.
constexpr std::array<std::string_view, 12> kDataDependentShapes = {
    "Unique",    "UniqueV2",         "UniqueWithCounts",    "UniqueWithCountsV2",  "Where",         "ListDiff",
    "SetDiff1d", "DynamicPartition", "NonMaxSuppressionV3", "NonMaxSuppressionV4", "SparseToDense", "StringSplit"};

struct PortCount {
  std::string_view op;
  int outputs;
};
constexpr std::array kPortCounts = {PortCount{"Unique", 2},
                                    PortCount{"UniqueV2", 2},
                                    PortCount{"UniqueWithCounts", 3},
                                    PortCount{"BlockLSTM", 7},
                                    PortCount{"BlockLSTMV2", 7},
                                    PortCount{"LSTMBlockCell", 7},
                                    PortCount{"GRUBlockCell", 4},
                                    PortCount{"FusedBatchNorm", 5},
                                    PortCount{"FusedBatchNormV2", 5},
                                    PortCount{"FusedBatchNormV3", 6},
                                    PortCount{"TopK", 2},
                                    PortCount{"TopKV2", 2},
                                    PortCount{"Switch", 2},
                                    PortCount{"Merge", 2},
                                    PortCount{"SparseSoftmaxCrossEntropyWithLogits", 2},
                                    PortCount{"SoftmaxCrossEntropyWithLogits", 2},
                                    PortCount{"MaxPoolWithArgmax", 2},
                                    PortCount{"ListDiff", 2},
                                    PortCount{"CTCGreedyDecoder", 4},
                                    PortCount{"CTCLoss", 2}};
constexpr std::array<std::string_view, 3> kCountedByNum = {"Split", "SplitV", "Unpack"};
constexpr std::array<std::string_view, 3> kTypedByList = {"IteratorGetNext", "QueueDequeueV2", "QueueDequeueManyV2"};

constexpr std::array<std::string_view, 12> kBoolean = {"Less",       "LessEqual", "Greater",    "GreaterEqual",
                                                       "Equal",      "NotEqual",  "LogicalAnd", "LogicalOr",
                                                       "LogicalNot", "All",       "Any",        "IsFinite"};

// Where the type of an output stands in the attributes, in the order in which to look.
struct TypePlace {
  std::string_view op;
  int port;
  std::string_view attr;
  TfType fallback;
};
constexpr std::array kTypePlaces = {TypePlace{"Cast", 0, "DstT", TfType::kInvalid},
                                    TypePlace{"Shape", 0, "out_type", TfType::kInt32},
                                    TypePlace{"Size", 0, "out_type", TfType::kInt32},
                                    TypePlace{"Rank", 0, "", TfType::kInt32},
                                    TypePlace{"ArgMax", 0, "output_type", TfType::kInt64},
                                    TypePlace{"ArgMin", 0, "output_type", TfType::kInt64},
                                    TypePlace{"Unique", 1, "out_idx", TfType::kInt32},
                                    TypePlace{"UniqueV2", 1, "out_idx", TfType::kInt32},
                                    TypePlace{"TopK", 1, "", TfType::kInt32},
                                    TypePlace{"TopKV2", 1, "", TfType::kInt32},
                                    TypePlace{"Gather", 0, "Tparams", TfType::kInvalid},
                                    TypePlace{"GatherV2", 0, "Tparams", TfType::kInvalid},
                                    TypePlace{"GatherNd", 0, "Tparams", TfType::kInvalid},
                                    TypePlace{"AudioSpectrogram", 0, "", TfType::kFloat},
                                    TypePlace{"Mfcc", 0, "", TfType::kFloat},
                                    TypePlace{"Range", 0, "Tidx", TfType::kInt32},
                                    TypePlace{"Merge", 1, "", TfType::kInt32},
                                    TypePlace{"VarHandleOp", 0, "", TfType::kResource}};

std::optional<TfType> ListedType(const SourceNode& node, std::string_view key, int port) {
  const auto found = node.attrs.find(key);
  if (found == node.attrs.end()) return std::nullopt;
  const auto* list = std::get_if<AttrList>(&found->second);
  if (list == nullptr || AsSize(port) >= list->types.size()) return std::nullopt;
  return list->types[AsSize(port)];
}

TfType OutputTfType(const SourceNode& node, int port) {
  if (IsOneOf(node, kBoolean)) return TfType::kBool;
  for (const TypePlace& place : kTypePlaces) {
    if (place.op == node.op && place.port == port) {
      return place.attr.empty() ? place.fallback : node.TypeAttr(place.attr, place.fallback);
    }
  }
  for (const std::string_view key : {"output_types", "component_types"}) {
    if (const auto type = ListedType(node, key, port)) return *type;
  }
  return node.TypeAttr("dtype", node.TypeAttr("T", TfType::kInvalid));
}

std::optional<Shape> ListedShape(const SourceNode& node, std::string_view key, int port) {
  const auto found = node.attrs.find(key);
  if (found == node.attrs.end()) return std::nullopt;
  const auto* list = std::get_if<AttrList>(&found->second);
  if (list == nullptr || AsSize(port) >= list->shapes.size()) return std::nullopt;
  return list->shapes[AsSize(port)];
}

}  // namespace

bool IsConst(const SourceNode& node) { return node.op == "Const"; }
bool IsPlaceholder(const SourceNode& node) { return IsOneOf(node, kPlaceholders); }
bool IsVariable(const SourceNode& node) { return IsOneOf(node, kVariables); }
bool IsPlainAssign(const SourceNode& node) { return IsOneOf(node, kPlainAssigns) && node.inputs.size() >= 2; }
bool IsAssign(const SourceNode& node) {
  return (IsOneOf(node, kPlainAssigns) || IsOneOf(node, kSumAssigns)) && node.inputs.size() >= 2;
}

bool IsOtherUpdate(const SourceNode& node) {
  const std::string_view op = node.op;
  return op.starts_with("Scatter") || op.starts_with("ResourceScatter") || op.starts_with("Apply") ||
         op.starts_with("ResourceApply") || op.starts_with("SparseApply") || op.starts_with("CountUpTo");
}

bool IsCopy(const SourceNode& node) { return IsOneOf(node, kCopies); }
bool IsCopyOrReshape(const SourceNode& node) { return IsCopy(node) || IsOneOf(node, kReshapes); }
bool IsCheckpointOp(const SourceNode& node) { return IsOneOf(node, kCheckpointOps); }

bool IsDataSource(const SourceNode& node) {
  return node.op == "IteratorGetNext" || node.op.find("Dequeue") != std::string::npos;
}

bool IsEffect(const SourceNode& node) {
  return IsOneOf(node, kEffects) || IsOneOf(node, kPlainAssigns) || IsOneOf(node, kSumAssigns) || IsOtherUpdate(node) ||
         IsCheckpointOp(node) || node.op.find("Summary") != std::string::npos;
}

bool HasDataDependentShape(const SourceNode& node) { return IsOneOf(node, kDataDependentShapes); }

std::vector<TreatedOp> TreatedOps() {
  std::vector<TreatedOp> all = {
      {"Const", Treatment::kConstant}, {"IteratorGetNext", Treatment::kInput}, {"ReadVariableOp", Treatment::kCopy}};
  const auto add = [&all](std::span<const std::string_view> ops, Treatment treatment) {
    for (const std::string_view op : ops) all.push_back({op, treatment});
  };
  add(kPlaceholders, Treatment::kInput);
  add(kVariables, Treatment::kVariable);
  add(kCopies, Treatment::kCopy);
  add(kPlainAssigns, Treatment::kUpdate);
  add(kSumAssigns, Treatment::kUpdate);
  add(kEffects, Treatment::kLeftOut);
  add(kCheckpointOps, Treatment::kLeftOut);
  add(kDataDependentShapes, Treatment::kRefused);
  return all;
}

std::optional<int> NumOutputs(const SourceNode& node) {
  const auto row =
      std::find_if(kPortCounts.begin(), kPortCounts.end(), [&](const PortCount& entry) { return entry.op == node.op; });
  if (row != kPortCounts.end()) return row->outputs;
  if (IsOneOf(node, kCountedByNum)) {
    const std::int64_t count = node.IntAttr(node.op == "Unpack" ? "num" : "num_split");
    return count < 0 || count > kMostPorts ? std::nullopt : std::optional(static_cast<int>(count));
  }
  if (IsOneOf(node, kTypedByList)) {
    const auto key = node.HasAttr("output_types") ? "output_types" : "component_types";
    return static_cast<int>(node.ListAttr(key).types.size());
  }
  if (node.op == "IdentityN") return static_cast<int>(node.inputs.size());
  if (IsOneOf(node, kEffects)) return 0;
  return std::nullopt;
}

std::optional<DType> OutputDType(const SourceNode& node, int port) { return ElementType(OutputTfType(node, port)); }

Shape DeclaredShape(const SourceNode& node, int port, std::int64_t producer) {
  if (port == 0 && (IsPlaceholder(node) || IsVariable(node) || node.op == "PlaceholderWithDefault")) {
    const Shape shape = node.ShapeAttr("shape", Shape::UnknownRank());
    const bool unconstrained = IsPlaceholder(node) && shape.rank() == 0 && producer < kScalarShapesKnownSince;
    if (!unconstrained && shape.has_rank()) return shape;
  }
  for (const std::string_view key : {"_output_shapes", "output_shapes"}) {
    if (const auto shape = ListedShape(node, key, port)) return *shape;
  }
  return Shape::UnknownRank();
}

}  // namespace stepwell::converter
