#include "stepwell/quantize/layer_taps.h"

#include <algorithm>
#include <optional>

#include "stepwell/ir/subgraph.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/ops/recurrent/gru_rnn.h"
#include "stepwell/ops/recurrent/lstm_sequence.h"
#include "stepwell/quantize/weight_uses.h"

namespace stepwell::quantize {
namespace {

Dim LastDim(const ir::Graph& graph, ir::ValueId value) {
  const Shape& shape = graph.value(value).type.shape;
  return shape.has_rank() && shape.rank() > 0 ? shape[shape.rank() - 1] : kDynamic;
}

std::int64_t ElementsOf(const ir::Graph& graph, ir::ValueId value) {
  const Shape& shape = graph.value(value).type.shape;
  return shape.is_static() ? shape.num_elements() : 0;
}

// The value of the same rows that it shows through views.
ir::ValueId Root(const ir::Graph& graph, ir::ValueId value) {
  const Dim width = LastDim(graph, value);
  for (;;) {
    const ir::Node* node = graph.producer(value);
    const bool shows_rows =
        node != nullptr && width != kDynamic && node->op->IsView() && LastDim(graph, node->inputs[0]) == width;
    if (!shows_rows) return value;
    value = node->inputs[0];
  }
}

// Whose first output holds the hidden states of all frames.
bool IsSequence(const ir::Op& op) {
  return ir::As<ops::recurrent::LstmSequence>(op) != nullptr || ir::As<ops::recurrent::GruSequence>(op) != nullptr ||
         ir::As<ops::recurrent::RnnSequence>(op) != nullptr;
}

struct Rows {
  ir::ValueId input;
  ir::ValueId output;
};
std::optional<Rows> RowsAt(const ir::Node& node, std::size_t port) {
  if (const auto* product = ir::As<ops::matmul::MatMul>(*node.op)) {
    if (product->transpose_a || port != 1) return std::nullopt;
    return Rows{node.inputs[0], node.outputs[0]};
  }
  const auto weights = CellWeightPort(*node.op);
  if (!weights || port < *weights || port > *weights + 1) return std::nullopt;
  if (port == *weights) return Rows{node.inputs[0], node.outputs[0]};
  return Rows{IsSequence(*node.op) ? node.outputs[0] : node.inputs[1], node.outputs[0]};
}

// What of a loop's body can be seen from outside.
class LoopView {
 public:
  LoopView(const ir::Node& node, const ir::SubgraphOp& loop) : node_(node), loop_(loop) {}

  const ir::Graph& body() const { return *loop_.body; }

  // The outer value whose slices the body's value is, or which the values of all iterations make.
  std::optional<ir::ValueId> Outside(ir::ValueId inner) const {
    const ir::ValueId root = Root(body(), inner);
    if (const auto given = GivenOut(root)) return given;
    for (const auto& map : loop_.input_map) {
      if (InputOf(map.body_input) != root) continue;
      const auto fed = FedBack(map.body_input);
      return fed ? GivenOut(Root(body(), *fed)) : std::optional(node_.inputs[AsSize(map.external_port)]);
    }
    return std::nullopt;
  }
  // The outer value that the body takes whole as this one at each iteration.
  std::optional<ir::ValueId> Whole(ir::ValueId inner) const {
    for (const auto& map : loop_.input_map) {
      if (InputOf(map.body_input) == inner && !map.slicing) return node_.inputs[AsSize(map.external_port)];
    }
    return std::nullopt;
  }

 private:
  ir::ValueId InputOf(std::int64_t index) const { return body().inputs()[AsSize(index)].value; }
  ir::ValueId OutputOf(std::int64_t index) const { return body().outputs()[AsSize(index)].value; }
  std::optional<ir::ValueId> GivenOut(ir::ValueId root) const {
    for (const auto& map : loop_.output_map) {
      if (map.slicing && Root(body(), OutputOf(map.body_output)) == root) {
        return node_.outputs[AsSize(map.external_port)];
      }
    }
    return std::nullopt;
  }
  // What the body gives for this input of its next iteration.
  std::optional<ir::ValueId> FedBack(std::int64_t body_input) const {
    for (const auto& edge : loop_.back_edges) {
      if (edge.body_input == body_input) return OutputOf(edge.body_output);
    }
    return std::nullopt;
  }

  const ir::Node& node_;
  const ir::SubgraphOp& loop_;
};

class TapFinder {
 public:
  explicit TapFinder(const ir::Graph& graph) : graph_(graph) {}

  std::vector<LayerTap> taps;

  void Visit(const ir::Node& node) {
    if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) return VisitBody(node, LoopView(node, *loop));
    for (std::size_t port = 0; port < node.inputs.size(); ++port) {
      const auto rows = RowsAt(node, port);
      const ir::Node* weights = graph_.producer(node.inputs[port]);
      if (rows && weights != nullptr) {
        taps.push_back({weights->name, ElementsOf(graph_, node.inputs[port]), rows->input, rows->output});
      }
    }
  }

 private:
  void VisitBody(const ir::Node& node, const LoopView& view) {
    for (const ir::Node& inner : view.body().nodes()) {
      for (std::size_t port = 0; port < inner.inputs.size(); ++port) {
        const auto rows = RowsAt(inner, port);
        if (rows) AddOfBody(node, view, inner.inputs[port], *rows);
      }
    }
  }

  void AddOfBody(const ir::Node& node, const LoopView& view, ir::ValueId weights, const Rows& rows) {
    const auto input = view.Outside(rows.input);
    const auto output = view.Outside(rows.output);
    if (!input || !output) return;
    if (const ir::Node* inside = view.body().producer(weights)) {
      taps.push_back({node.name + "/" + inside->name, ElementsOf(view.body(), weights), *input, *output});
    } else if (const auto given = view.Whole(weights); given && graph_.producer(*given) != nullptr) {
      taps.push_back({graph_.producer(*given)->name, ElementsOf(graph_, *given), *input, *output});
    }
  }

  const ir::Graph& graph_;
};

}  // namespace

std::vector<LayerTap> FindLayerTaps(const ir::Graph& graph) {
  TapFinder finder(graph);
  for (const ir::Node& node : graph.nodes()) finder.Visit(node);
  return std::move(finder.taps);
}

}  // namespace stepwell::quantize
