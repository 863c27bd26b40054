#include "stepwell/ops/recurrent/recurrent_imports.h"
#include "stepwell/ops/recurrent/used_results.h"

namespace stepwell::ops::recurrent {

std::vector<ir::ValueId> ImportLstmBlockCell(const ImportSite& site) {
  const SourceCell cell = ReadSourceCell(site, {.x = 0, .c = 1, .kernel = 3, .peepholes = 4, .bias = 7});
  const CellArguments arguments{.x = site.input(0), .c = site.input(1), .h = site.input(2)};
  const auto add = FitsLstmCell(cell) && ReadsOnlyStates(site) ? AddLstmCell : AddSpelledCell;
  const CellResults results = add(cell, arguments, site.graph, site.Name() + "/");
  std::vector<ir::ValueId> outputs;
  for (const auto& result : InOrder(results)) outputs.push_back(result.value_or(results.h));
  return outputs;
}

}  // namespace stepwell::ops::recurrent
