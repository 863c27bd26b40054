#include "stepwell/apps/deepspeech/prefix_tree.h"

namespace stepwell::apps {

PrefixTree::Node PrefixTree::Append(Node parent, std::int32_t label) {
  const Node node = labels_.Append(parent, label);
  links_.emplace_back();
  LinkToParent(node);
  return node;
}

std::vector<PrefixTree::Node> PrefixTree::Compact(std::span<const Node> kept) {
  std::vector<Node> renumbered = labels_.Compact(kept);
  Link();
  return renumbered;
}

void PrefixTree::Link() {
  links_.assign(labels_.size(), {});
  for (std::size_t node = 1; node < labels_.size(); ++node) LinkToParent(static_cast<Node>(node));
}

void PrefixTree::LinkToParent(Node node) {
  Links& parent = links_[static_cast<std::size_t>(labels_.parent(node))];
  links_[static_cast<std::size_t>(node)].next_sibling = parent.first_child;
  parent.first_child = node;
}

}  // namespace stepwell::apps
