#include "stepwell/ir/port_layouts.h"

#include <vector>

#include "stepwell/base/text.h"

namespace stepwell::ir {

std::string ToText(const PortLayouts& layouts) {
  std::vector<std::string> pieces;
  for (const auto& [name, layout] : layouts) pieces.push_back(name + "=" + layout);
  return Join(pieces, " ");
}

PortLayouts PortLayoutsOf(const Graph& graph) {
  PortLayouts layouts;
  const auto entry = graph.metadata().find(std::string(kPortLayouts));
  if (entry == graph.metadata().end()) return layouts;
  for (const std::string_view piece : Split(entry->second, ' ')) {
    const std::size_t equals = piece.rfind('=');
    if (equals == std::string_view::npos) continue;
    layouts.emplace(piece.substr(0, equals), piece.substr(equals + 1));
  }
  return layouts;
}

}  // namespace stepwell::ir
