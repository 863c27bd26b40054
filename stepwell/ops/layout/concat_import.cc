#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/squeeze.h"

namespace stepwell::ops::layout {
namespace {

std::vector<ir::ValueId> Join(const ImportSite& site, std::span<const ir::ValueId> values, int axis_input) {
  const std::int64_t axis = site.ConstInt(axis_input);
  return {site.Add("", Concat(axis), std::vector<ir::ValueId>(values.begin(), values.end()))};
}

void RequireValues(const ImportSite& site) {
  if (site.inputs.size() < 2) site.input(1);  // throws, naming the node
}

}  // namespace

std::vector<ir::ValueId> ImportConcat(const ImportSite& site) {
  RequireValues(site);
  return Join(site, site.inputs.subspan(1), 0);
}

std::vector<ir::ValueId> ImportConcatV2(const ImportSite& site) {
  RequireValues(site);
  const std::size_t count = site.inputs.size() - 1;
  return Join(site, site.inputs.first(count), static_cast<int>(count));
}

std::vector<ir::ValueId> ImportPack(const ImportSite& site) {
  const std::int64_t axis = site.node.IntAttr("axis", 0);
  site.input(0);  // throws, naming the node, when there is none
  std::vector<ir::ValueId> rows;
  for (std::size_t i = 0; i < site.inputs.size(); ++i) {
    const std::string place = std::to_string(i);
    rows.push_back(site.Add(place, Unsqueeze{}, {site.inputs[i], site.Ints(place + "/axis", {axis})}));
  }
  return {site.Add("", Concat(axis), std::move(rows))};
}

}  // namespace stepwell::ops::layout
