#include "stepwell/ops/layout/layout_imports.h"
#include "stepwell/ops/layout/range.h"
#include "stepwell/ops/layout/shape_of.h"
#include "stepwell/ops/reduce/reduce.h"

namespace stepwell::ops::layout {

std::vector<ir::ValueId> ImportShape(const ImportSite& site) {
  const DType type = site.node.TypeAttrIfAny("out_type").value_or(DType::kI32);
  return {site.Add("", ShapeOf(type), {site.input(0)})};
}

std::vector<ir::ValueId> ImportRank(const ImportSite& site) {
  const Shape& data = site.type(0).shape;
  if (!data.has_rank()) {
    throw Error(ErrorKind::kUnsupported,
                "the rank that '" + std::string(site.node.name()) + "' asks for is not known before the model runs");
  }
  const std::int32_t rank = data.rank();
  return {site.graph.AddConstant(site.Name(), ir::ConstantData::Of(Tensor::Of(Shape{}, std::span(&rank, 1))))};
}

std::vector<ir::ValueId> ImportSize(const ImportSite& site) {
  const DType type = site.node.TypeAttrIfAny("out_type").value_or(DType::kI32);
  const ir::ValueId shape = site.Add("shape", ShapeOf(type), {site.input(0)});
  return {site.Add("", reduce::ReduceProd(), {shape, site.Ints("axes", {0})})};
}

std::vector<ir::ValueId> ImportRange(const ImportSite& site) {
  return {site.Add("", Range(site.type(0).dtype), {site.input(0), site.input(1), site.input(2)})};
}

}  // namespace stepwell::ops::layout
