#include "stepwell/ops/layout/broadcast.h"
#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/tile.h"

namespace stepwell::ops::layout {

std::vector<ir::ValueId> ImportTile(const ImportSite& site) {
  return {site.Add("", Tile{}, {site.input(0), site.input(1)})};
}

std::vector<ir::ValueId> ImportFill(const ImportSite& site) {
  return {site.Add("", Broadcast{}, {site.input(1), site.input(0)})};
}

std::vector<ir::ValueId> ImportBroadcastTo(const ImportSite& site) {
  return {site.Add("", Broadcast{}, {site.input(0), site.input(1)})};
}

}  // namespace stepwell::ops::layout
