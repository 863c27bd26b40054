#include "stepwell/converter/import/unique_gather.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "stepwell/converter/import/importer.h"
#include "stepwell/converter/import/node_kinds.h"

namespace stepwell::converter {
namespace {

// One element of a constant of 32- or 64-bit integers.
std::optional<std::int64_t> FirstInt(const SourceEdges& edges, TensorId tensor) {
  const SourceNode& node = edges.node(edges.Origin(tensor).node);
  if (!IsConst(node)) return std::nullopt;
  const auto ints = ToConstantData(node.TensorAttr("value"), node.name).Ints();
  if (!ints || ints->empty()) return std::nullopt;
  return ints->front();
}

bool GathersRows(const SourceEdges& edges, NodeIndex index) {
  const SourceNode& node = edges.node(index);
  if (node.op == "Gather") return node.inputs.size() == 2;
  return node.op == "GatherV2" && node.inputs.size() == 3 && node.IntAttr("batch_dims", 0) == 0 &&
         FirstInt(edges, edges.inputs(index)[2]) == 0;
}

// What looks at a tensor, copies left out.
std::vector<Use> UsesThroughCopies(const SourceEdges& edges, TensorId tensor) {
  std::vector<Use> uses;
  std::vector<TensorId> pending{tensor};
  while (!pending.empty()) {
    const TensorId next = pending.back();
    pending.pop_back();
    for (const Use& use : edges.uses(next.node)) {
      if (edges.inputs(use.node)[use.input] != next) continue;
      if (IsCopy(edges.node(use.node)) && use.input == 0) {
        pending.push_back({use.node, 0});
      } else {
        uses.push_back(use);
      }
    }
  }
  return uses;
}

// Whether of the elements of a shape only those behind the first are used.
bool LeavesOutFirst(const SourceEdges& edges, NodeIndex shape) {
  const std::vector<Use> uses = UsesThroughCopies(edges, {shape, 0});
  return std::all_of(uses.begin(), uses.end(), [&](const Use& use) {
    const SourceNode& node = edges.node(use.node);
    const bool slices = (node.op == "Slice" || node.op == "StridedSlice") && use.input == 0 && node.inputs.size() >= 3;
    if (!slices || node.IntAttr("begin_mask", 0) != 0) return false;
    return FirstInt(edges, edges.inputs(use.node)[1]).value_or(0) >= 1;
  });
}

struct Lookup {
  std::vector<NodeIndex> inner;  // Gather(W, Unique:0)
  std::vector<NodeIndex> outer;  // Gather(inner, Unique:1)
};

// The lookups that a Unique serves; nothing where it serves anything else.
class LookupFinder {
 public:
  LookupFinder(const SourceEdges& edges, const std::vector<bool>& needed) : edges_(edges), needed_(needed) {}

  std::optional<Lookup> Find(NodeIndex unique) {
    Lookup lookup;
    for (const Use& use : NeededUses({unique, 0})) {
      if (use.input != 1 || !GathersRows(edges_, use.node)) return std::nullopt;
      lookup.inner.push_back(use.node);
    }
    for (const NodeIndex inner : lookup.inner) {
      if (!AddOuter(inner, unique, lookup)) return std::nullopt;
    }
    for (const Use& use : NeededUses({unique, 1})) {
      const bool is_outer = std::find(lookup.outer.begin(), lookup.outer.end(), use.node) != lookup.outer.end();
      if (!is_outer || use.input != 1) return std::nullopt;
    }
    return lookup;
  }

 private:
  std::vector<Use> NeededUses(TensorId tensor) const {
    std::vector<Use> uses = UsesThroughCopies(edges_, tensor);
    uses.erase(std::remove_if(uses.begin(), uses.end(), [&](const Use& use) { return !needed_[use.node]; }),
               uses.end());
    return uses;
  }

  bool AddOuter(NodeIndex inner, NodeIndex unique, Lookup& lookup) const {
    for (const Use& use : NeededUses({inner, 0})) {
      if (use.input == 0 && edges_.node(use.node).op == "Shape" && LeavesOutFirst(edges_, use.node)) continue;
      const bool is_outer = use.input == 0 && GathersRows(edges_, use.node) &&
                            edges_.Origin(edges_.inputs(use.node)[1]) == TensorId{unique, 1};
      if (!is_outer) return false;
      lookup.outer.push_back(use.node);
    }
    return true;
  }

  const SourceEdges& edges_;
  const std::vector<bool>& needed_;
};

}  // namespace

void RewriteUniqueGathers(const SourceEdges& edges, ImportPlan& plan) {
  std::vector<bool> needed(edges.size());
  for (const NodeIndex node : NeededNodes(edges, plan)) needed[node] = true;
  const CutSet cuts(plan);
  for (NodeIndex unique = 0; unique < edges.size(); ++unique) {
    const SourceNode& node = edges.node(unique);
    const bool is_unique = needed[unique] && (node.op == "Unique") && node.inputs.size() == 1;
    if (!is_unique || cuts.Has(TensorId{unique, 0}) || cuts.Has(TensorId{unique, 1})) continue;
    const auto lookup = LookupFinder(edges, needed).Find(unique);
    if (!lookup) continue;
    plan.same[{unique, 0}] = edges.inputs(unique)[0];
    for (const NodeIndex outer : lookup->outer) plan.same[{outer, 0}] = edges.inputs(outer)[0];
  }
}

}  // namespace stepwell::converter
