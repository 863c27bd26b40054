#include "stepwell/view/layering.h"

#include <algorithm>
#include <set>

namespace stepwell::view {
namespace {

constexpr int kLonersInARow = 8;

// An order in which an arc goes backwards only where a cycle leaves no choice: the vertices whose arcs have all been
// followed, lowest number first; where there are none, the lowest number.
std::vector<std::size_t> OrderOf(std::size_t count, const std::vector<std::vector<std::size_t>>& followers) {
  std::vector<std::size_t> waits_for(count, 0);
  for (const auto& targets : followers) {
    for (const std::size_t target : targets) ++waits_for[target];
  }
  std::set<std::size_t> ready;
  std::set<std::size_t> waiting;
  for (std::size_t i = 0; i < count; ++i) (waits_for[i] == 0 ? ready : waiting).insert(i);
  std::vector<std::size_t> order;
  while (order.size() < count) {
    std::set<std::size_t>& source = ready.empty() ? waiting : ready;
    const std::size_t vertex = *source.begin();
    source.erase(source.begin());
    order.push_back(vertex);
    for (const std::size_t target : followers[vertex]) {
      if (--waits_for[target] == 0 && waiting.erase(target) > 0) ready.insert(target);
    }
  }
  return order;
}

struct Neighbours {
  std::vector<std::vector<std::size_t>> below;
  std::vector<std::vector<std::size_t>> above;
};

// Both ends of every arc, arcs against the order turned round.
Neighbours Forward(std::size_t count, const std::vector<Arc>& arcs, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> place(count);
  for (std::size_t i = 0; i < count; ++i) place[order[i]] = i;
  Neighbours forward{std::vector<std::vector<std::size_t>>(count), std::vector<std::vector<std::size_t>>(count)};
  for (const Arc& arc : arcs) {
    const bool is_back = place[arc.from] > place[arc.to];
    forward.below[is_back ? arc.to : arc.from].push_back(is_back ? arc.from : arc.to);
    forward.above[is_back ? arc.from : arc.to].push_back(is_back ? arc.to : arc.from);
  }
  return forward;
}

// Moves what feeds more than it takes down to what it feeds, so that weights lie beside their consumers.
void PullDown(const std::vector<std::size_t>& order, const Neighbours& forward, std::vector<int>& layers) {
  for (std::size_t i = order.size(); i-- > 0;) {
    const std::size_t vertex = order[i];
    if (forward.below[vertex].size() <= forward.above[vertex].size()) continue;
    int lowest = layers[forward.below[vertex][0]];
    for (const std::size_t target : forward.below[vertex]) lowest = std::min(lowest, layers[target]);
    layers[vertex] = std::max(layers[vertex], lowest - 1);
  }
}

void PlaceLoners(const Neighbours& forward, std::vector<int>& layers) {
  int deepest = -1;
  std::vector<std::size_t> loners;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const bool is_loner = forward.above[i].empty() && forward.below[i].empty();
    if (is_loner) loners.push_back(i);
    if (!is_loner) deepest = std::max(deepest, layers[i]);
  }
  for (std::size_t i = 0; i < loners.size(); ++i) {
    layers[loners[i]] = deepest + 1 + static_cast<int>(i) / kLonersInARow;
  }
}

}  // namespace

std::vector<int> LayersOf(std::size_t count, const std::vector<Arc>& arcs) {
  std::vector<std::vector<std::size_t>> followers(count);
  for (const Arc& arc : arcs) followers[arc.from].push_back(arc.to);
  const std::vector<std::size_t> order = OrderOf(count, followers);
  const Neighbours forward = Forward(count, arcs, order);
  std::vector<int> layers(count, 0);
  for (const std::size_t vertex : order) {
    for (const std::size_t source : forward.above[vertex])
      layers[vertex] = std::max(layers[vertex], layers[source] + 1);
  }
  PullDown(order, forward, layers);
  PlaceLoners(forward, layers);
  return layers;
}

}  // namespace stepwell::view
