#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/pad.h"

namespace stepwell::ops::layout {

std::vector<ir::ValueId> ImportPad(const ImportSite& site) {
  const std::vector<std::int64_t> paddings = site.ConstInts(1);
  std::vector<std::int64_t> before, after;
  for (std::size_t i = 0; i + 1 < paddings.size(); i += 2) {
    before.push_back(paddings[i]);
    after.push_back(paddings[i + 1]);
  }
  std::vector<ir::ValueId> inputs{site.input(0), site.Ints("begin", std::move(before)),
                                  site.Ints("end", std::move(after))};
  if (site.inputs.size() > 2) inputs.push_back(site.input(2));
  return {site.Add("", Pad{}, std::move(inputs))};
}

}  // namespace stepwell::ops::layout
