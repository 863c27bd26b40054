#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/transpose.h"

namespace stepwell::ops::layout {

std::vector<ir::ValueId> ImportTranspose(const ImportSite& site) {
  return {site.Add("", Transpose{}, {site.input(0), site.input(1)})};
}

}  // namespace stepwell::ops::layout
