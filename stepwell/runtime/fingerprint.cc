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

void ReadPieces(const ir::ConstantData& constant, std::span<std::byte> pieces) {
  const SharedBytes bytes = constant.bytes.Get();
  for (std::size_t piece = 0; piece < kPieces; ++piece) {
    const std::size_t last_start = bytes.size() - kPieceBytes;
    const std::size_t start = last_start / (kPieces - 1) * piece + last_start % (kPieces - 1) * piece / (kPieces - 1);
    std::memcpy(pieces.data() + piece * kPieceBytes, bytes.data() + start, kPieceBytes);
  }
  constant.bytes.ReleasePages();
}

// Adds all of a graph to a hash.
class GraphHash {
 public:
  explicit GraphHash(KnownPieces pieces) : pieces_(pieces) {}

  std::uint64_t value() const { return hash_.value(); }

  void Add(const ir::Graph& graph) {
    for (const ir::Input& input : graph.inputs()) {
      hash_.Add(input.name);
      hash_.Add(ToText(graph.value(input.value).type));
      hash_.Add(input.value.index);
    }
    for (const ir::Node& node : graph.nodes()) AddNode(graph, node);
    for (const ir::Output& output : graph.outputs()) {
      hash_.Add(output.name);
      hash_.Add(output.value.index);
    }
    for (const ir::StateVar& state : graph.states()) {
      hash_.Add(state.input);
      hash_.Add(state.output);
      if (state.initial) AddConstant(*state.initial);
    }
  }

 private:
  void AddConstant(const ir::ConstantData& constant) {
    hash_.Add(ToText(constant.type));
    if (constant.bytes.size() <= kSampledFrom) return hash_.Add(constant.bytes.Get().span());
    const SharedBytes pieces =
        pieces_(constant, kPieces * kPieceBytes, [&](std::span<std::byte> to) { ReadPieces(constant, to); });
    for (std::size_t piece = 0; piece < kPieces; ++piece) {
      hash_.Add(pieces.span().subspan(piece * kPieceBytes, kPieceBytes));
    }
  }

  template <class Map>
  void AddMap(const Map& map, std::int64_t body_port) {
    hash_.Add(static_cast<std::uint64_t>(map.external_port));
    hash_.Add(static_cast<std::uint64_t>(body_port));
    if (!map.slicing) return hash_.Add(0);
    const ir::SubgraphOp::Slicing& slicing = *map.slicing;
    for (const std::int64_t field : {slicing.axis, slicing.start, slicing.end, slicing.stride, slicing.part_size}) {
      hash_.Add(static_cast<std::uint64_t>(field));
    }
  }

  void AddSubgraph(const ir::SubgraphOp& op) {
    for (const auto& map : op.input_map) AddMap(map, map.body_input);
    for (const auto& map : op.output_map) AddMap(map, map.body_output);
    for (const auto& edge : op.back_edges) {
      hash_.Add(static_cast<std::uint64_t>(edge.body_output));
      hash_.Add(static_cast<std::uint64_t>(edge.body_input));
    }
    hash_.Add(static_cast<std::uint64_t>(op.iteration_input.value_or(-1)));
    hash_.Add(static_cast<std::uint64_t>(op.condition_output.value_or(-1)));
    Add(*op.body);
  }

  void AddNode(const ir::Graph& graph, const ir::Node& node) {
    hash_.Add(passes::OpText(*node.op));
    for (const ir::ValueId input : node.inputs) hash_.Add(input.index);
    for (const ir::ValueId output : node.outputs) hash_.Add(output.index);
    if (const auto* subgraph = As<ir::SubgraphOp>(*node.op)) AddSubgraph(*subgraph);
    if (!node.outputs.empty()) {
      if (const ir::ConstantData* constant = graph.constant(node.outputs[0])) AddConstant(*constant);
    }
  }

  Hash hash_;
  KnownPieces pieces_;
};

}  // namespace

std::uint64_t Fingerprint(const ir::Graph& graph) {
  return Fingerprint(graph, [](const ir::ConstantData&, std::size_t bytes, PackedBlocks::Fill fill) {
    return PackedBlocks::Fresh().Make(bytes, fill);
  });
}

std::uint64_t Fingerprint(const ir::Graph& graph, KnownPieces pieces) {
  GraphHash hash(pieces);
  hash.Add(graph);
  return hash.value();
}

}  // namespace stepwell::runtime
