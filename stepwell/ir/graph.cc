#include "stepwell/ir/graph.h"

#include <algorithm>

namespace stepwell::ir {
namespace {

constexpr std::string_view kFirstPort = ":0";

std::string_view WithoutFirstPort(std::string_view name) {
  return name.ends_with(kFirstPort) ? name.substr(0, name.size() - kFirstPort.size()) : name;
}

// Exact names win over names that are equal only without ":0", and the entry's own name over those of its value.
template <class Entry>
std::optional<std::size_t> FindEntry(const Graph& graph, std::span<const Entry> entries, std::string_view name) {
  const auto find = [&](auto&& matches) -> std::optional<std::size_t> {
    const auto found = std::find_if(entries.begin(), entries.end(), matches);
    if (found == entries.end()) return std::nullopt;
    return static_cast<std::size_t>(found - entries.begin());
  };
  const auto any_name = [&](const Entry& entry, auto&& equal) {
    const auto& names = graph.value(entry.value).names;
    return equal(entry.name) || std::any_of(names.begin(), names.end(), equal);
  };
  if (const auto exact = find([&](const Entry& entry) { return entry.name == name; })) return exact;
  const auto same = [&](std::string_view other) { return other == name; };
  if (const auto alias = find([&](const Entry& entry) { return any_name(entry, same); })) return alias;
  const auto same_port = [&](std::string_view other) { return WithoutFirstPort(other) == WithoutFirstPort(name); };
  return find([&](const Entry& entry) { return any_name(entry, same_port); });
}

}  // namespace

const Node* Graph::producer(ValueId id) const {
  const auto& producer = value(id).producer;
  return producer ? &node(*producer) : nullptr;
}

const ConstantData* Graph::constant(ValueId id) const {
  const Node* node = producer(id);
  if (node == nullptr) return nullptr;
  const auto* constant = As<Constant>(*node->op);
  return constant == nullptr ? nullptr : &constant->data;
}

std::optional<std::size_t> Graph::FindInput(std::string_view name) const { return FindEntry(*this, inputs(), name); }
std::optional<std::size_t> Graph::FindOutput(std::string_view name) const { return FindEntry(*this, outputs(), name); }

const StateVar* Graph::FindStateOfInput(std::string_view input_name) const {
  const auto found = std::find_if(states_.begin(), states_.end(), [&](const auto& s) { return s.input == input_name; });
  return found == states_.end() ? nullptr : &*found;
}

const StateVar* Graph::FindStateOfOutput(std::string_view output_name) const {
  const auto found =
      std::find_if(states_.begin(), states_.end(), [&](const auto& s) { return s.output == output_name; });
  return found == states_.end() ? nullptr : &*found;
}

Graph Graph::WithStateForm(StateForm form) const {
  Graph graph = *this;
  graph.state_form_ = form;
  return graph;
}

}  // namespace stepwell::ir
