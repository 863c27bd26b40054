#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "stepwell/apps/deepspeech/history_tree.h"

namespace stepwell::apps {

// A HistoryTree of labels in which no sequence stands twice: from a prefix, the longer ones can be found.
class PrefixTree {
 public:
  using Node = HistoryTree::Node;

  PrefixTree() { Link(); }
  explicit PrefixTree(HistoryTree labels) : labels_(std::move(labels)) { Link(); }

  // The parent must not have a child with this label.
  Node Append(Node parent, std::int32_t label);
  std::int32_t label(Node node) const { return static_cast<std::int32_t>(labels_.value(node)); }  // -1 for the root
  const HistoryTree& labels() const { return labels_; }

  // visit(label, child) for every child.
  template <class Visit>
  void ForEachChild(Node node, const Visit& visit) const {
    Node child = links_[static_cast<std::size_t>(node)].first_child;
    for (; child != HistoryTree::kNone; child = links_[static_cast<std::size_t>(child)].next_sibling) {
      visit(label(child), child);
    }
  }

  // See HistoryTree::Compact.
  std::vector<Node> Compact(std::span<const Node> kept);

 private:
  struct Links {
    Node first_child = HistoryTree::kNone;
    Node next_sibling = HistoryTree::kNone;
  };

  void Link();
  void LinkToParent(Node node);

  HistoryTree labels_;
  std::vector<Links> links_;
};

}  // namespace stepwell::apps
