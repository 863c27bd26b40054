#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/reshape.h"

namespace stepwell::ops::layout {

std::vector<ir::ValueId> ImportReshape(const ImportSite& site) {
  return {site.Add("", Reshape{}, {site.input(0), site.input(1)})};
}

}  // namespace stepwell::ops::layout
