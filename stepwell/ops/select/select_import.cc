#include "stepwell/ops/select/gather.h"
#include "stepwell/ops/select/gather_nd.h"
#include "stepwell/ops/select/one_hot.h"
#include "stepwell/ops/select/select_imports.h"

namespace stepwell::ops::select {

std::vector<ir::ValueId> ImportGather(const ImportSite& site) {
  Gather op;
  op.batch_dims = site.node.IntAttr("batch_dims", 0);
  return {site.Add("", op, {site.input(0), site.input(1), site.Int("axis", op.batch_dims)})};
}

std::vector<ir::ValueId> ImportGatherV2(const ImportSite& site) {
  Gather op;
  op.batch_dims = site.node.IntAttr("batch_dims", 0);
  return {site.Add("", op, {site.input(0), site.input(1), site.input(2)})};
}

std::vector<ir::ValueId> ImportGatherNd(const ImportSite& site) {
  GatherNd op;
  op.batch_dims = site.node.IntAttr("batch_dims", 0);
  return {site.Add("", op, {site.input(0), site.input(1)})};
}

std::vector<ir::ValueId> ImportOneHot(const ImportSite& site) {
  OneHot op;
  op.axis = site.node.IntAttr("axis", -1);
  return {site.Add("", op, {site.input(0), site.input(1), site.input(2), site.input(3)})};
}

}  // namespace stepwell::ops::select
