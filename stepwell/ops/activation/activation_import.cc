#include "stepwell/ops/activation/activation_import.h"

#include "stepwell/ops/activation/parametric.h"
#include "stepwell/ops/activation/prelu.h"
#include "stepwell/ops/elementwise/convert.h"

namespace stepwell::ops::activation {
namespace {

// The constant [1] of the type of input 0.
ir::ValueId Parameter(const ImportSite& site, std::string_view suffix, float value) {
  const float values[] = {value};
  const ir::ValueId constant =
      site.graph.AddConstant(site.Name(suffix), ir::ConstantData::Of(Tensor::Of<float>({1}, values)));
  const DType dtype = site.type(0).dtype;
  return dtype == DType::kF32 ? constant : site.Add(suffix, elementwise::Convert(dtype), {constant});
}

}  // namespace

std::vector<ir::ValueId> ImportElu(const ImportSite& site) { return {site.Add({}, Elu(), {site.input(0)})}; }

std::vector<ir::ValueId> ImportSelu(const ImportSite& site) {
  // Klambauer et al., "Self-Normalizing Neural Networks": mean 0 and variance 1 are a fixed point.
  const ir::ValueId alpha = Parameter(site, "alpha", 1.6732632423543772F);
  const ir::ValueId lambda = Parameter(site, "lambda", 1.0507009873554805F);
  return {site.Add({}, Selu(), {site.input(0), alpha, lambda})};
}

std::vector<ir::ValueId> ImportLeakyRelu(const ImportSite& site) {
  return {site.Add({}, PRelu(), {site.input(0), Parameter(site, "slope", site.node.FloatAttr("alpha", 0.2F))})};
}

}  // namespace stepwell::ops::activation
