#include "stepwell/view/place_names.h"

#include <algorithm>
#include <optional>

namespace stepwell::view {
namespace {

// The scope that two names share, with its slash: "a/b/" of "a/b/c" and "a/b/d", "" of names without one.
std::string SharedScope(const std::string& a, const std::string& b) {
  std::size_t shared = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()) && a[i] == b[i]; ++i) {
    if (a[i] == '/') shared = i + 1;
  }
  return a.substr(0, shared);
}

class Places {
 public:
  explicit Places(const ir::Graph& graph) : producers_(graph.nodes().size()), consumers_(graph.nodes().size()) {
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
      const ir::Node& node = graph.nodes()[i];
      names_.push_back(node.name);
      bool all_weights = true;
      for (const ir::ValueId input : node.inputs) {
        const auto producer = graph.value(input).producer;
        all_weights = all_weights && producer && is_weight_[producer->index];
        if (!producer) continue;
        producers_[i].push_back(producer->index);
        consumers_[producer->index].push_back(i);
      }
      is_weight_.push_back(all_weights);
    }
  }

  std::vector<std::string> Find() {
    PlaceOps();
    PlaceWeights();
    return std::move(names_);
  }

 private:
  using Scope = std::optional<std::string>;  // none: no named node in this direction

  bool HasScope(std::size_t node) const { return names_[node].find('/') != std::string::npos; }

  // What the neighbours' scopes share, each the node's own or, where it has none, what was found for it.
  Scope Nearest(const std::vector<std::size_t>& neighbours, const std::vector<Scope>& found) const {
    Scope scope;
    for (const std::size_t neighbour : neighbours) {
      if (is_weight_[neighbour]) continue;
      const Scope theirs = HasScope(neighbour) ? Scope(names_[neighbour]) : found[neighbour];
      if (theirs) scope = SharedScope(scope.value_or(*theirs), *theirs);
    }
    return scope;
  }

  void PlaceOps() {
    std::vector<Scope> before(names_.size());
    std::vector<Scope> behind(names_.size());
    for (std::size_t i = 0; i < names_.size(); ++i) before[i] = Nearest(producers_[i], before);
    for (std::size_t i = names_.size(); i-- > 0;) behind[i] = Nearest(consumers_[i], behind);
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (is_weight_[i] || HasScope(i) || !before[i] || !behind[i]) continue;
      names_[i] = SharedScope(*before[i], *behind[i]) + names_[i];
    }
  }

  void PlaceWeights() {
    for (std::size_t i = names_.size(); i-- > 0;) {  // consumers come after their producers: they are placed already
      if (!is_weight_[i] || HasScope(i) || consumers_[i].empty()) continue;
      std::string scope = names_[consumers_[i][0]];
      for (const std::size_t consumer : consumers_[i]) scope = SharedScope(scope, names_[consumer]);
      names_[i] = scope + names_[i];
    }
  }

  std::vector<std::string> names_;
  std::vector<bool> is_weight_;
  std::vector<std::vector<std::size_t>> producers_;
  std::vector<std::vector<std::size_t>> consumers_;
};

}  // namespace

std::vector<std::string> PlaceNames(const ir::Graph& graph) { return Places(graph).Find(); }

}  // namespace stepwell::view
