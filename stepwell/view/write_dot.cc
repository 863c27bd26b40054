#include <fmt/format.h>

#include "stepwell/view/box_class.h"
#include "stepwell/view/escape.h"
#include "stepwell/view/write.h"

namespace stepwell::view {
namespace {

std::string_view ShapeOf(const Box& box) {
  if (box.kind == Box::Kind::kInput || box.kind == Box::Kind::kOutput) return "ellipse";
  return box.kind == Box::Kind::kWeight ? "note" : "box";
}

std::string LabelOf(const Box& box) {
  std::string label = DotEscaped(box.title);
  if (!box.subtitle.empty()) label += "\\n" + DotEscaped(box.subtitle);
  for (const std::string& note : box.notes) label += "\\n" + DotEscaped(note);
  return label;
}

void WriteBox(const Scene& scene, std::size_t index, std::string& dot) {
  const Box& box = scene.boxes[index];
  if (!box.holds_boxes()) {
    dot += fmt::format("  b{} [shape={}, label=\"{}\", tooltip=\"{}\"{}];\n", index, ShapeOf(box), LabelOf(box),
                       DotEscaped(box.name), box.is_state ? ", color=\"#d9730d\"" : "");
    return;
  }
  if (index > 0) dot += fmt::format("  subgraph cluster_{} {{ label=\"{}\";\n", index, DotEscaped(box.title));
  // Lines may end at a body itself, which Graphviz allows of nodes only.
  if (box.kind == Box::Kind::kBody) dot += fmt::format("  b{} [shape=point, label=\"\"];\n", index);
  for (const std::size_t child : box.children) WriteBox(scene, child, dot);
  if (index > 0) dot += "  }\n";
}

}  // namespace

std::string DotOf(const ir::Graph& graph) {
  const Scene scene = MakeScene(graph);
  std::string dot =
      fmt::format("digraph \"{}\" {{\n  node [fontname=\"sans-serif\", fontsize=10];\n", DotEscaped(scene.title));
  WriteBox(scene, 0, dot);
  for (const Edge& edge : scene.edges) {
    dot += fmt::format("  b{} -> b{} [label=\"{}\", fontsize=8{}];\n", edge.from, edge.to,
                       DotEscaped(ToText(edge.type)), edge.is_state ? ", color=\"#d9730d\"" : "");
  }
  for (const Loop& loop : scene.loops) {
    dot += fmt::format("  b{} -> b{} [label=\"{}\", style=dashed, constraint=false, color=\"#d9730d\"];\n", loop.output,
                       loop.input, DotEscaped(loop.name));
  }
  return dot + "}\n";
}

}  // namespace stepwell::view
