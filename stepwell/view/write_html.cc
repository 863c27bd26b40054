#include <nlohmann/json.hpp>

#include "stepwell/ir/xml_fields.h"
#include "stepwell/view/box_class.h"
#include "stepwell/view/constant_text.h"
#include "stepwell/view/escape.h"
#include "stepwell/view/layout.h"
#include "stepwell/view/page.h"
#include "stepwell/view/weight_summary.h"
#include "stepwell/view/write.h"

namespace stepwell::view {
namespace {

using Json = nlohmann::ordered_json;

// Short keys: a page holds thousands of boxes and lines. page/scene.js gives them names.
Json WeightJson(const ir::ConstantData& data) {
  const auto summary = Summarise(data);
  if (!summary) return {};
  return {{"elements", summary->elements}, {"sampled", summary->sampled},
          {"zeros", summary->zeros},       {"notFinite", summary->not_finite},
          {"min", summary->min},           {"max", summary->max},
          {"mean", summary->mean},         {"deviation", summary->standard_deviation},
          {"bins", summary->bins}};
}

Json AttributesJson(const ir::Op& op) {
  ir::XmlFieldWriter fields;
  op.Write(fields);
  Json attributes = Json::array();
  for (const auto& field : fields.attributes()) attributes.push_back({field.name, ValidText(field.value)});
  return attributes;
}

// Constants that no line shows: the number of the input, and the elements.
Json ConstantsJson(const ir::Graph& graph, const ir::Node& node) {
  Json constants = Json::array();
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const ir::ConstantData* constant = graph.constant(node.inputs[i]);
    if (constant == nullptr || constant->num_elements() > kMostNoteElements) continue;
    constants.push_back({i, ToText(constant->type), ConstantText(*constant, kMostNoteElements)});
  }
  return constants;
}

Json OutputsJson(const ir::Graph& graph, std::span<const ir::ValueId> values) {
  Json outputs = Json::array();
  for (const ir::ValueId id : values) {
    const ir::Value& value = graph.value(id);
    Json names = Json::array();
    for (const std::string& name : value.names) names.push_back(ValidText(name));
    outputs.push_back({ToText(value.type), names});
  }
  return outputs;
}

void AddDetails(const Box& box, Json& json) {
  if (box.graph == nullptr) return;
  if (box.node == nullptr) {
    json["out"] = OutputsJson(*box.graph, std::span(&box.value, 1));
    return;
  }
  json["op"] = box.node->op->name();
  json["opset"] = box.node->op->opset();
  json["out"] = OutputsJson(*box.graph, box.node->outputs);
  json["attributes"] = AttributesJson(*box.node->op);
  json["constants"] = ConstantsJson(*box.graph, *box.node);
  if (const auto* constant = ir::As<ir::Constant>(*box.node->op)) json["weight"] = WeightJson(constant->data);
}

Json BoxJson(const Box& box, const Profile* profile) {
  Json json = {{"parent", box.parent},     {"class", ClassOf(box)},     {"name", box.name}, {"title", box.title},
               {"subtitle", box.subtitle}, {"notes", box.notes},        {"w", box.width},   {"h", box.height},
               {"nodes", box.num_nodes},   {"holds", box.holds_boxes()}};
  if (profile != nullptr) json["ms"] = profile->MillisecondsOf(box);
  AddDetails(box, json);
  return json;
}

Json LineJson(const BoxLayout::Line& line) {
  Json segments = Json::array();
  for (const auto& [from, to] : line.segments) segments.push_back({from, to});
  return {{"from", line.from},
          {"segments", segments},
          {"edges", line.edges},
          {"label", line.label},
          {"state", line.is_state}};
}

Json LayoutJson(const BoxLayout& layout) {
  Json json = {{"w", layout.width},     {"h", layout.height},    {"loopsWidth", layout.loops_width},
               {"loops", layout.loops}, {"rows", Json::array()}, {"slots", Json::array()},
               {"lines", Json::array()}};
  for (const auto& row : layout.rows) json["rows"].push_back({row.top, row.height});
  for (const auto& slot : layout.slots) {
    json["slots"].push_back({static_cast<int>(slot.kind), slot.index, slot.row, slot.centre});
  }
  for (const auto& line : layout.lines) json["lines"].push_back(LineJson(line));
  return json;
}

Json SceneJson(const Scene& scene, const ViewOptions& options) {
  Json json = {{"title", scene.title},
               {"boxes", Json::array()},
               {"edges", Json::array()},
               {"loops", Json::array()},
               {"layouts", Json::object()},
               {"profiled", options.profile != nullptr},
               {"unfolded", FirstUnfolded(scene, options.most_boxes)}};
  for (const Box& box : scene.boxes) json["boxes"].push_back(BoxJson(box, options.profile));
  for (const Edge& edge : scene.edges) {
    json["edges"].push_back({edge.from, edge.to, edge.value, ToText(edge.type)});
  }
  for (const Loop& loop : scene.loops) {
    json["loops"].push_back(
        {{"output", loop.output}, {"input", loop.input}, {"name", loop.name}, {"evidence", loop.evidence}});
  }
  const std::vector<BoxLayout> layouts = LayOut(scene);
  for (std::size_t box = 0; box < layouts.size(); ++box) {
    if (scene.boxes[box].holds_boxes()) json["layouts"][std::to_string(box)] = LayoutJson(layouts[box]);
  }
  return json;
}

// JSON inside <script>: no text of the model may end the element or begin a comment.
std::string ScriptSafe(const std::string& json) {
  std::string safe;
  for (const char byte : json) {
    if (byte == '<') {
      safe += "\\u003c";
    } else {
      safe += byte;
    }
  }
  return safe;
}

}  // namespace

std::string HtmlOf(const ir::Graph& graph, const ViewOptions& options) {
  const Scene scene = MakeScene(graph);
  const std::string model = ScriptSafe(SceneJson(scene, options).dump(-1, ' ', false, Json::error_handler_t::replace));
  const std::string title = XmlEscaped(scene.title);
  std::string page;
  std::string_view rest = PageTemplate();
  for (const auto& [mark, text] :
       {std::pair<std::string_view, const std::string&>("@TITLE@", title), {"@MODEL@", model}}) {
    const std::size_t place = rest.find(mark);
    STEPWELL_CHECK(place != std::string_view::npos);
    page.append(rest.substr(0, place)).append(text);
    rest.remove_prefix(place + mark.size());
  }
  return page.append(rest);
}

}  // namespace stepwell::view
