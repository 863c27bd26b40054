#include <fmt/format.h>

#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/split.h"
#include "stepwell/ops/layout/squeeze.h"

namespace stepwell::ops::layout {
namespace {

std::vector<ir::ValueId> AddSplit(const ImportSite& site, std::string_view suffix, ir::ValueId data, ir::ValueId axis,
                                  std::int64_t parts) {
  return site.graph.Add(site.Name(suffix), std::make_shared<const Split>(parts), {data, axis});
}

}  // namespace

std::vector<ir::ValueId> ImportSplit(const ImportSite& site) {
  return AddSplit(site, "", site.input(1), site.Int("axis", site.ConstInt(0)), site.node.IntAttr("num_split", 1));
}

std::vector<ir::ValueId> ImportSplitV(const ImportSite& site) {
  return site.graph.Add(site.Name(), std::make_shared<const VariadicSplit>(),
                        {site.input(0), site.Int("axis", site.ConstInt(2)), site.input(1)});
}

std::vector<ir::ValueId> ImportUnpack(const ImportSite& site) {
  const std::int64_t axis = site.node.IntAttr("axis", 0);
  const std::int64_t parts = site.node.IntAttr("num", 0);
  std::vector<ir::ValueId> rows;
  const std::vector<ir::ValueId> slices = AddSplit(site, "split", site.input(0), site.Int("axis", axis), parts);
  for (const ir::ValueId slice : slices) {
    rows.push_back(site.Add(fmt::format("{}", rows.size()), Squeeze{}, {slice, site.Ints("axes", {axis})}));
  }
  return rows;
}

}  // namespace stepwell::ops::layout
