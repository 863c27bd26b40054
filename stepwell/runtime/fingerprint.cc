#include "stepwell/runtime/fingerprint.h"

#include <algorithm>
#include <cstring>

#include "stepwell/ir/subgraph.h"
#include "stepwell/passes/op_text.h"

namespace stepwell::runtime {
namespace {

constexpr std::size_t kSampledFrom = 64 * 1024;
constexpr std::size_t kPieces = 256;
constexpr std::size_t kPieceBytes = kSampledFrom / kPieces;

class Hash {
 public:
  void Add(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x100000001b3U;
    hash_ ^= hash_ >> 32U;
  }
  void Add(std::span<const std::byte> bytes) {
    Add(bytes.size());
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, std::min(sizeof(word), bytes.size() - at));
      Add(word);
    }
  }
  void Add(std::string_view text) { Add(std::as_bytes(std::span(text))); }
  std::uint64_t value() const { return (hash_ ^ (hash_ >> 29U)) * 0xbf58476d1ce4e5b9U; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

void AddConstant(Hash& hash, const ir::ConstantData& constant) {
  hash.Add(ToText(constant.type));
  if (constant.activations != ActivationFormat::kFp32) hash.Add(static_cast<std::uint64_t>(constant.activations));
  const SharedBytes held = constant.bytes.Get();
  const std::span<const std::byte> bytes = held.span();
  if (bytes.size() <= kSampledFrom) return hash.Add(bytes);
  for (std::size_t piece = 0; piece < kPieces; ++piece) {
    const std::size_t last_start = bytes.size() - kPieceBytes;
    hash.Add(bytes.subspan(last_start / (kPieces - 1) * piece + last_start % (kPieces - 1) * piece / (kPieces - 1),
                           kPieceBytes));
  }
  constant.bytes.ReleasePages();
}

void AddGraph(Hash& hash, const ir::Graph& graph);

void AddGraph(Hash& hash, const ir::Graph& graph);

template <class Map>
void AddMap(Hash& hash, const Map& map, std::int64_t body_port) {
  hash.Add(static_cast<std::uint64_t>(map.external_port));
  hash.Add(static_cast<std::uint64_t>(body_port));
  if (!map.slicing) return hash.Add(0);
  const ir::SubgraphOp::Slicing& slicing = *map.slicing;
  for (const std::int64_t field : {slicing.axis, slicing.start, slicing.end, slicing.stride, slicing.part_size}) {
    hash.Add(static_cast<std::uint64_t>(field));
  }
}

void AddSubgraph(Hash& hash, const ir::SubgraphOp& op) {
  for (const auto& map : op.input_map) AddMap(hash, map, map.body_input);
  for (const auto& map : op.output_map) AddMap(hash, map, map.body_output);
  for (const auto& edge : op.back_edges) {
    hash.Add(static_cast<std::uint64_t>(edge.body_output));
    hash.Add(static_cast<std::uint64_t>(edge.body_input));
  }
  hash.Add(static_cast<std::uint64_t>(op.iteration_input.value_or(-1)));
  hash.Add(static_cast<std::uint64_t>(op.condition_output.value_or(-1)));
  AddGraph(hash, *op.body);
}

void AddNode(Hash& hash, const ir::Graph& graph, const ir::Node& node) {
  hash.Add(passes::OpText(*node.op));
  for (const ir::ValueId input : node.inputs) hash.Add(input.index);
  for (const ir::ValueId output : node.outputs) hash.Add(output.index);
  if (const auto* subgraph = As<ir::SubgraphOp>(*node.op)) AddSubgraph(hash, *subgraph);
  if (!node.outputs.empty()) {
    if (const ir::ConstantData* constant = graph.constant(node.outputs[0])) AddConstant(hash, *constant);
  }
}

void AddGraph(Hash& hash, const ir::Graph& graph) {
  for (const ir::Input& input : graph.inputs()) {
    hash.Add(input.name);
    hash.Add(ToText(graph.value(input.value).type));
    hash.Add(input.value.index);
  }
  for (const ir::Node& node : graph.nodes()) AddNode(hash, graph, node);
  for (const ir::Output& output : graph.outputs()) {
    hash.Add(output.name);
    hash.Add(output.value.index);
  }
  for (const ir::StateVar& state : graph.states()) {
    hash.Add(state.input);
    hash.Add(state.output);
    if (state.initial) AddConstant(hash, *state.initial);
  }
}

}  // namespace

std::uint64_t Fingerprint(const ir::Graph& graph) {
  Hash hash;
  AddGraph(hash, graph);
  return hash.value();
}

}  // namespace stepwell::runtime
