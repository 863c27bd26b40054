#pragma once

#include <cstddef>
#include <string>

#include "stepwell/ir/graph.h"
#include "stepwell/view/profile.h"

namespace stepwell::view {

struct ViewOptions {
  std::size_t most_boxes = 80;       // scopes unfold at first while at most so many boxes show
  const Profile* profile = nullptr;  // colours nodes by their time; none where null
};

// One page that needs no network: the graph, to be folded, searched and inspected.
std::string HtmlOf(const ir::Graph& graph, const ViewOptions& options);
// The picture the page shows at first.
std::string SvgOf(const ir::Graph& graph, const ViewOptions& options);
// Every node, scopes as clusters, for Graphviz. Takes no options: Graphviz neither folds nor knows our colours.
std::string DotOf(const ir::Graph& graph);

}  // namespace stepwell::view
