#include "stepwell/apps/deepspeech/history_tree.h"

#include <algorithm>
#include <limits>

#include "stepwell/base/error.h"

namespace stepwell::apps {

HistoryTree::Node HistoryTree::Append(Node parent, std::int64_t value) {
  STEPWELL_CHECK(nodes_.size() < static_cast<std::size_t>(std::numeric_limits<Node>::max()));
  nodes_.push_back({parent, value});
  return static_cast<Node>(nodes_.size() - 1);
}

std::vector<std::int64_t> HistoryTree::SequenceOf(Node node) const {
  std::vector<std::int64_t> values;
  for (; node != kRoot; node = parent(node)) values.push_back(value(node));
  std::reverse(values.begin(), values.end());
  return values;
}

std::vector<HistoryTree::Node> HistoryTree::Compact(std::span<const Node> kept) {
  std::vector<Node> renumbered(nodes_.size(), kNone);
  renumbered[kRoot] = kRoot;
  for (Node node : kept) {
    for (; renumbered[static_cast<std::size_t>(node)] == kNone; node = parent(node)) {
      renumbered[static_cast<std::size_t>(node)] = kRoot;  // for now only a mark
    }
  }
  std::size_t next = 1;
  for (std::size_t old = 1; old < nodes_.size(); ++old) {
    if (renumbered[old] == kNone) continue;
    renumbered[old] = static_cast<Node>(next);
    nodes_[next++] = {renumbered[static_cast<std::size_t>(nodes_[old].parent)], nodes_[old].value};
  }
  nodes_.resize(next);
  return renumbered;
}

void HistoryTree::Save(ByteWriter& writer) const {
  writer.Write<std::uint64_t>(nodes_.size() - 1);
  for (const Entry& entry : std::span(nodes_).subspan(1)) {
    writer.Write(entry.parent);
    writer.Write(entry.value);
  }
}

HistoryTree HistoryTree::Restore(ByteReader& reader, std::int64_t value_limit) {
  HistoryTree tree;
  for (auto count = reader.Read<std::uint64_t>(); count > 0; --count) {
    const auto parent = reader.Read<Node>();
    const auto value = reader.Read<std::int64_t>();
    reader.Require(parent >= 0 && static_cast<std::size_t>(parent) < tree.size() && value >= 0 && value < value_limit,
                   "a beam's history contradicts itself");
    tree.Append(parent, value);
  }
  return tree;
}

}  // namespace stepwell::apps
