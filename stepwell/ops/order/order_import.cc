#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/order/cum_sum.h"
#include "stepwell/ops/order/order_imports.h"
#include "stepwell/ops/order/reverse.h"
#include "stepwell/ops/order/top_k.h"

namespace stepwell::ops::order {
namespace {

// The index of the first of the largest (smallest) elements: TopK of one element, whose axis goes.
std::vector<ir::ValueId> ImportArg(const ImportSite& site, TopK::Mode mode) {
  TopK op;
  op.axis = site.ConstInt(1);
  op.mode = mode;
  op.index_element_type = site.node.TypeAttrIfAny("output_type").value_or(DType::kI64);
  const auto results =
      site.graph.Add(site.Name("TopK"), std::make_shared<TopK>(op), {{site.input(0), site.Int("k", 1)}});
  return {site.Add("", layout::Squeeze(), {results[1], site.Int("axis", op.axis)})};
}

std::vector<ir::ValueId> AddTopK(const ImportSite& site, ir::ValueId k) {
  TopK op;
  return site.graph.Add(site.Name(), std::make_shared<TopK>(op), {{site.input(0), k}});
}

}  // namespace

std::vector<ir::ValueId> ImportReverse(const ImportSite& site) {
  return {site.Add("", Reverse(), {site.input(0), site.input(1)})};
}

std::vector<ir::ValueId> ImportReverseSequence(const ImportSite& site) {
  ReverseSequence op;
  op.batch_axis = site.node.IntAttr("batch_dim", 0);
  op.seq_axis = site.node.IntAttr("seq_dim", 0);
  return {site.Add("", op, {site.input(0), site.input(1)})};
}

std::vector<ir::ValueId> ImportArgMax(const ImportSite& site) { return ImportArg(site, TopK::Mode::kMax); }
std::vector<ir::ValueId> ImportArgMin(const ImportSite& site) { return ImportArg(site, TopK::Mode::kMin); }

std::vector<ir::ValueId> ImportTopK(const ImportSite& site) {
  return AddTopK(site, site.Int("k", site.node.IntAttr("k", 1)));
}

std::vector<ir::ValueId> ImportTopKV2(const ImportSite& site) { return AddTopK(site, site.input(1)); }

std::vector<ir::ValueId> ImportCumsum(const ImportSite& site) {
  CumSum op;
  op.exclusive = site.node.BoolAttr("exclusive", false);
  op.reverse = site.node.BoolAttr("reverse", false);
  return {site.Add("", op, {site.input(0), site.input(1)})};
}

}  // namespace stepwell::ops::order
