#include "stepwell/converter/source/source_graph.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::converter {
namespace {

constexpr std::size_t kMostNamesInMessage = 8;

// The edges of a graph by index.
class Edges {
 public:
  explicit Edges(const SourceGraph& graph) : consumers_(graph.nodes().size()), open_inputs_(graph.nodes().size()) {
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) AddInputsOf(graph, i);
  }

  // Every node after its inputs; nodes on a cycle and behind one are left out.
  std::vector<std::size_t> Order() {
    std::vector<std::size_t> order;
    order.reserve(open_inputs_.size());
    for (std::size_t i = 0; i < open_inputs_.size(); ++i) {
      if (open_inputs_[i] == 0) order.push_back(i);
    }
    for (std::size_t next = 0; next < order.size(); ++next) {
      for (const std::size_t consumer : consumers_[order[next]]) {
        if (--open_inputs_[consumer] == 0) order.push_back(consumer);
      }
    }
    return order;
  }

 private:
  void AddInputsOf(const SourceGraph& graph, std::size_t to) {
    const SourceNode& node = graph.nodes()[to];
    for (const SourceOutput& input : node.inputs) Add(graph, input.node, to);
    for (const std::string& input : node.control_inputs) Add(graph, input, to);
  }

  void Add(const SourceGraph& graph, const std::string& from_name, std::size_t to) {
    const auto from = graph.FindIndex(from_name);
    if (!from) {
      const SourceNode& node = graph.nodes()[to];
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("node '{}' ({}) takes an input from '{}', which is not in the graph", node.name, node.op,
                              from_name));
    }
    const std::string& op = graph.nodes()[*from].op;
    if (op == "NextIteration" || op == "RefNextIteration") return;
    consumers_[*from].push_back(to);
    ++open_inputs_[to];
  }

  std::vector<std::vector<std::size_t>> consumers_;
  std::vector<std::size_t> open_inputs_;
};

Error CycleError(const SourceGraph& graph, const std::vector<std::size_t>& order) {
  std::vector<bool> ordered(graph.nodes().size());
  for (const std::size_t index : order) ordered[index] = true;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < ordered.size() && names.size() < kMostNamesInMessage; ++i) {
    if (!ordered[i]) names.push_back("'" + graph.nodes()[i].name + "'");
  }
  return {ErrorKind::kInvalidModel,
          fmt::format("the graph has a cycle that no NextIteration breaks; {} nodes are on it or depend on it: {}",
                      ordered.size() - order.size(), Join(names, ", "))};
}

}  // namespace

SourceGraph::SourceGraph(Parts parts) : parts_(std::move(parts)) {
  index_of_.reserve(parts_.nodes.size());
  for (std::size_t i = 0; i < parts_.nodes.size(); ++i) index_of_.emplace(parts_.nodes[i].name, i);
}

std::optional<std::size_t> SourceGraph::FindIndex(std::string_view name) const {
  const auto it = index_of_.find(name);
  if (it == index_of_.end()) return std::nullopt;
  return it->second;
}

const SourceNode* SourceGraph::FindNode(std::string_view name) const {
  const auto index = FindIndex(name);
  return index ? &parts_.nodes[*index] : nullptr;
}

const SourceNode& SourceGraph::Node(std::string_view name) const {
  const SourceNode* const node = FindNode(name);
  if (node == nullptr) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the graph has no node '{}'{}", name, DidYouMean(name, NodeNames())));
  }
  return *node;
}

std::vector<std::string> SourceGraph::NodeNames() const {
  std::vector<std::string> names;
  names.reserve(parts_.nodes.size());
  for (const SourceNode& node : parts_.nodes) names.push_back(node.name);
  return names;
}

void SourceGraph::Validate() const {
  for (std::size_t i = 0; i < parts_.nodes.size(); ++i) {
    const SourceNode& node = parts_.nodes[i];
    if (node.name.empty()) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("node {} ({}) has no name", i, node.op));
    }
    if (FindIndex(node.name) != i) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("two nodes are called '{}'", node.name));
    }
    if (node.op.empty()) throw Error(ErrorKind::kInvalidModel, fmt::format("node '{}' has no op", node.name));
  }
  TopologicalOrder();
}

std::vector<std::size_t> SourceGraph::TopologicalOrder() const {
  std::vector<std::size_t> order = Edges(*this).Order();
  if (order.size() != parts_.nodes.size()) throw CycleError(*this, order);
  return order;
}

}  // namespace stepwell::converter
