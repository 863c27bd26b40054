#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/base/byte_stream.h"

namespace stepwell::apps {

// Sequences that share their beginnings: a node stands for the sequence of values on the way from the root to it. The
// root, kRoot, is the empty sequence. Nodes are numbered so that a parent comes before its children.
class HistoryTree {
 public:
  using Node = std::int32_t;
  static constexpr Node kRoot = 0;
  static constexpr Node kNone = -1;

  HistoryTree() : nodes_{{kNone, -1}} {}

  Node Append(Node parent, std::int64_t value);
  std::int64_t value(Node node) const { return nodes_[static_cast<std::size_t>(node)].value; }  // -1 for the root
  Node parent(Node node) const { return nodes_[static_cast<std::size_t>(node)].parent; }        // kNone for the root
  std::size_t size() const { return nodes_.size(); }
  std::vector<std::int64_t> SequenceOf(Node node) const;

  // Drops every node that no sequence of `kept` passes through. Returns the new number of every old node, kNone for
  // those dropped; the order stays.
  std::vector<Node> Compact(std::span<const Node> kept);

  void Save(ByteWriter& writer) const;
  // Throws Error(kInvalidModel) unless parents come first and values lie in [0, value_limit).
  static HistoryTree Restore(ByteReader& reader, std::int64_t value_limit);

 private:
  struct Entry {
    Node parent;
    std::int64_t value;
  };

  std::vector<Entry> nodes_;
};

}  // namespace stepwell::apps
