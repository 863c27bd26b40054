#include "stepwell/view/scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "stepwell/base/text.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/view/constant_text.h"
#include "stepwell/view/escape.h"
#include "stepwell/view/name_tree.h"
#include "stepwell/view/place_names.h"

namespace stepwell::view {
namespace {

constexpr std::size_t kMostLetters = 28;
constexpr int kMostBodyDepth = 8;

const ir::SubgraphOp* BodyOf(const ir::Node& node) {
  const auto* op = dynamic_cast<const ir::SubgraphOp*>(node.op.get());
  return op != nullptr && op->body != nullptr ? op : nullptr;
}

// Where a graph's tensors come from and go to.
struct Placed {
  std::vector<std::size_t> boxes;   // that make each value; 0 for small constants and what is not drawn
  std::vector<std::size_t> inputs;  // boxes, in the graph's order
  std::vector<std::size_t> outputs;
  std::vector<std::size_t> nodes;  // boxes, 0 for constants that are notes
};

class SceneMaker {
 public:
  explicit SceneMaker(Scene& scene) : scene_(scene) {}

  Placed Place(const ir::Graph& graph, std::size_t parent, int body_depth);

 private:
  std::size_t Add(std::size_t parent, Box::Kind kind, const std::string& name, const std::string& title,
                  const std::string& subtitle);
  std::size_t AddPort(const ir::Graph& graph, std::size_t parent, Box::Kind kind, const std::string& name,
                      ir::ValueId value);
  void AddPorts(const ir::Graph& graph, std::size_t parent, Placed& placed);
  void AddScope(const ir::Graph& graph, const NameTree& tree, const NameTree::Entry& scope, std::size_t parent,
                Placed& placed);
  void AddNode(const ir::Graph& graph, const NameTree::Entry& entry, std::size_t parent, Placed& placed);
  void AddNotes(const ir::Graph& graph, const Placed& placed);
  void AddEdge(const ir::Graph& graph, const Placed& placed, ir::ValueId value, std::size_t to);
  void AddEdges(const ir::Graph& graph, const Placed& placed, int body_depth);
  void AddBody(const ir::Graph& graph, const ir::Node& node, Placed& placed, int body_depth);
  void AddStates(const ir::Graph& graph, const Placed& placed);

  Scene& scene_;
  std::size_t first_value_ = 0;  // of the graph being placed, among all graphs' values
  std::size_t num_values_ = 0;
};

std::size_t SceneMaker::Add(std::size_t parent, Box::Kind kind, const std::string& name, const std::string& title,
                            const std::string& subtitle) {
  Box box;
  box.kind = kind;
  box.parent = parent;
  box.name = ValidText(name);
  box.title = Shortened(ValidText(title), kMostLetters);
  box.subtitle = Shortened(ValidText(subtitle), kMostLetters);
  scene_.boxes[parent].children.push_back(scene_.boxes.size());
  scene_.boxes.push_back(std::move(box));
  return scene_.boxes.size() - 1;
}

std::size_t SceneMaker::AddPort(const ir::Graph& graph, std::size_t parent, Box::Kind kind, const std::string& name,
                                ir::ValueId value) {
  const std::size_t box = Add(parent, kind, name, name, ToText(graph.value(value).type));
  scene_.boxes[box].graph = &graph;
  scene_.boxes[box].value = value;
  scene_.boxes[box].num_nodes = 0;
  return box;
}

// Constants that are drawn: the big ones, and those that are results.
std::vector<bool> IsNote(const ir::Graph& graph) {
  std::vector<bool> is_note(graph.num_values(), false);
  for (const ir::Node& node : graph.nodes()) {
    const auto* constant = ir::As<ir::Constant>(*node.op);
    if (constant != nullptr) is_note[node.outputs[0].index] = constant->data.num_elements() <= kMostNoteElements;
  }
  for (const ir::Output& output : graph.outputs()) is_note[output.value.index] = false;
  return is_note;
}

void SceneMaker::AddPorts(const ir::Graph& graph, std::size_t parent, Placed& placed) {
  for (const ir::Input& input : graph.inputs()) {
    placed.inputs.push_back(AddPort(graph, parent, Box::Kind::kInput, input.name, input.value));
    placed.boxes[input.value.index] = placed.inputs.back();
  }
}

void SceneMaker::AddNode(const ir::Graph& graph, const NameTree::Entry& entry, std::size_t parent, Placed& placed) {
  const ir::Node& node = graph.nodes()[*entry.leaf];
  const auto* constant = ir::As<ir::Constant>(*node.op);
  const std::string op(node.op->name());
  const std::size_t box = constant != nullptr
                              ? Add(parent, Box::Kind::kWeight, node.name, entry.label, ToText(constant->data.type))
                              : Add(parent, Box::Kind::kOp, node.name, op, entry.label == op ? "" : entry.label);
  scene_.boxes[box].graph = &graph;
  scene_.boxes[box].node = &node;
  placed.nodes[*entry.leaf] = box;
  for (const ir::ValueId value : node.outputs) placed.boxes[value.index] = box;
}

void SceneMaker::AddScope(const ir::Graph& graph, const NameTree& tree, const NameTree::Entry& scope,
                          std::size_t parent, Placed& placed) {
  for (const std::size_t index : scope.entries) {
    const NameTree::Entry entry = tree.WithoutSoleScopes(index);
    if (entry.leaf) {
      AddNode(graph, entry, parent, placed);
    } else {
      AddScope(graph, tree, entry, Add(parent, Box::Kind::kScope, entry.path, entry.label, ""), placed);
    }
  }
}

void SceneMaker::AddNotes(const ir::Graph& graph, const Placed& placed) {
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (placed.nodes[i] == 0) continue;
    for (const ir::ValueId value : graph.nodes()[i].inputs) {
      const ir::ConstantData* constant = graph.constant(value);
      if (constant == nullptr || placed.boxes[value.index] != 0) continue;
      scene_.boxes[placed.nodes[i]].notes.push_back(ConstantText(*constant, kMostNoteElements));
    }
  }
}

void SceneMaker::AddEdge(const ir::Graph& graph, const Placed& placed, ir::ValueId value, std::size_t to) {
  const std::size_t from = placed.boxes[value.index];
  if (from == 0) return;
  scene_.edges.push_back({from, to, first_value_ + value.index, graph.value(value).type, false});
}

// The body's boxes, and edges from the outer tensors to the body's inputs; the node's outputs come from the body's.
void SceneMaker::AddBody(const ir::Graph& graph, const ir::Node& node, Placed& placed, int body_depth) {
  const ir::SubgraphOp& op = *BodyOf(node);
  const std::size_t box = placed.boxes[node.outputs[0].index];
  scene_.boxes[box].kind = Box::Kind::kBody;
  const std::size_t outer_values = first_value_;
  const Placed body = Place(*op.body, box, body_depth + 1);
  first_value_ = outer_values;
  std::vector<std::size_t> targets(node.inputs.size(), box);
  for (const auto& input : op.input_map) targets[AsSize(input.external_port)] = body.inputs[AsSize(input.body_input)];
  for (std::size_t i = 0; i < targets.size(); ++i) AddEdge(graph, placed, node.inputs[i], targets[i]);
  for (const auto& output : op.output_map) {
    placed.boxes[node.outputs[AsSize(output.external_port)].index] = body.outputs[AsSize(output.body_output)];
  }
  for (const auto& edge : op.back_edges) {
    scene_.loops.push_back(
        {body.outputs[AsSize(edge.body_output)], body.inputs[AsSize(edge.body_input)], "next iteration", ""});
  }
}

void SceneMaker::AddEdges(const ir::Graph& graph, const Placed& placed_nodes, int body_depth) {
  Placed placed = placed_nodes;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const ir::Node& node = graph.nodes()[i];
    if (placed.nodes[i] == 0) continue;
    if (BodyOf(node) != nullptr && body_depth < kMostBodyDepth && !node.outputs.empty()) {
      AddBody(graph, node, placed, body_depth);
    } else {
      for (const ir::ValueId value : node.inputs) AddEdge(graph, placed, value, placed.nodes[i]);
    }
  }
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    AddEdge(graph, placed, graph.outputs()[i].value, placed.outputs[i]);
  }
}

void SceneMaker::AddStates(const ir::Graph& graph, const Placed& placed) {
  for (const ir::StateVar& state : graph.states()) {
    const std::size_t input = placed.inputs[graph.FindInput(state.input).value()];
    const std::size_t output = placed.outputs[graph.FindOutput(state.output).value()];
    scene_.boxes[input].is_state = scene_.boxes[output].is_state = true;
    scene_.loops.push_back({output, input, ValidText(state.name), ValidText(state.evidence)});
  }
}

Placed SceneMaker::Place(const ir::Graph& graph, std::size_t parent, int body_depth) {
  first_value_ = num_values_;
  num_values_ += graph.num_values();
  Placed placed;
  placed.boxes.assign(graph.num_values(), 0);
  placed.nodes.assign(graph.nodes().size(), 0);
  AddPorts(graph, parent, placed);
  const std::vector<bool> is_note = IsNote(graph);
  const std::vector<std::string> names = PlaceNames(graph);
  NameTree tree;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const ir::Node& node = graph.nodes()[i];
    if (node.outputs.empty() || !is_note[node.outputs[0].index]) tree.Add(names[i], i);
  }
  AddScope(graph, tree, tree.entries()[0], parent, placed);
  for (const ir::Output& output : graph.outputs()) {
    placed.outputs.push_back(AddPort(graph, parent, Box::Kind::kOutput, output.name, output.value));
  }
  AddNotes(graph, placed);
  AddEdges(graph, placed, body_depth);
  AddStates(graph, placed);
  return placed;
}

void CountNodes(Scene& scene) {
  for (Box& box : scene.boxes) {
    if (box.kind == Box::Kind::kScope) box.num_nodes = 0;
  }
  for (std::size_t i = scene.boxes.size(); i-- > 1;) {
    scene.boxes[scene.boxes[i].parent].num_nodes += scene.boxes[i].num_nodes;
  }
  for (Box& box : scene.boxes) {
    if (box.kind == Box::Kind::kScope) box.subtitle = fmt::format("{} nodes", box.num_nodes);
  }
}

// Estimates: neither the program nor a static picture can measure the reader's letters.
void SetSize(Box& box) {
  constexpr int kMargin = 26;
  constexpr int kLineHeight = 15;
  constexpr std::size_t kMostNotes = 2;
  const auto width = [](const std::string& text, double letter) {
    return static_cast<int>(static_cast<double>(CodePoints(text)) * letter);
  };
  if (box.notes.size() > kMostNotes) {
    box.notes.resize(kMostNotes);
    box.notes.emplace_back("\xE2\x80\xA6");
  }
  int widest = std::max(width(box.title, 7.6), width(box.subtitle, 6.4));
  for (std::string& note : box.notes) {
    note = Shortened(note, kMostLetters);
    widest = std::max(widest, width(note, 6.4));
  }
  const int lines = 1 + (box.subtitle.empty() ? 0 : 1) + static_cast<int>(box.notes.size());
  box.width = std::max(72, widest + kMargin);
  box.height = 14 + lines * kLineHeight;
}

void MarkStateEdges(Scene& scene) {
  const auto is_state = [&](std::size_t box) { return scene.boxes[box].is_state; };
  for (Edge& edge : scene.edges) edge.is_state = is_state(edge.from) || is_state(edge.to);
}

}  // namespace

Scene MakeScene(const ir::Graph& graph) {
  Scene scene;
  scene.title = ValidText(graph.name());
  scene.boxes.emplace_back();
  scene.boxes[0].title = scene.title;
  SceneMaker(scene).Place(graph, 0, 0);
  CountNodes(scene);
  for (Box& box : scene.boxes) SetSize(box);
  MarkStateEdges(scene);
  return scene;
}

std::vector<bool> FirstUnfolded(const Scene& scene, std::size_t most_boxes) {
  std::vector<bool> unfolded(scene.boxes.size(), false);
  std::vector<std::size_t> queue = {0};
  std::size_t shown = 1;
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const Box& box = scene.boxes[queue[next]];
    if (queue[next] != 0 && shown + box.children.size() > most_boxes) continue;
    unfolded[queue[next]] = true;
    shown += box.children.size();
    for (const std::size_t child : box.children) {
      if (scene.boxes[child].holds_boxes()) queue.push_back(child);
    }
  }
  return unfolded;
}

}  // namespace stepwell::view
