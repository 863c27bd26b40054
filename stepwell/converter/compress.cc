#include "stepwell/converter/compress.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "stepwell/base/half.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::converter {
namespace {

constexpr float kLargestHalf = 65504.0F;

// Nothing where a finite value would become infinite.
std::optional<ir::ConstantData> InHalf(const ir::ConstantData& data) {
  Tensor half({DType::kF16, data.type.shape});
  const std::span<std::uint16_t> out = half.as<std::uint16_t>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    float value = 0;
    std::memcpy(&value, data.bytes.data() + i * sizeof(float), sizeof(float));
    if (std::isfinite(value) && std::abs(value) > kLargestHalf) return std::nullopt;
    out[i] = FloatToHalf(value);
  }
  return ir::ConstantData::Of(std::move(half));
}

void CompressOrCopy(passes::Rewriter& rewriter, const ir::Node& node) {
  const auto* constant = ir::As<ir::Constant>(*node.op);
  const bool is_weight =
      constant != nullptr && constant->data.type.dtype == DType::kF32 && constant->data.num_elements() > 1;
  const auto half = is_weight ? InHalf(constant->data) : std::nullopt;
  if (!half) {
    rewriter.CopyNode(node);
    return;
  }
  constant->data.bytes.ReleasePages();
  const ir::ValueId stored = rewriter.builder().AddConstant(node.name + "_compressed", *half);
  rewriter.Map(node.outputs[0], rewriter.builder().AddOne(node.name, ops::elementwise::Convert(DType::kF32), {stored}));
}

}  // namespace

// Constants in the bodies of loops stay as they are: the runtime computes a body's constants all at once when it loads
// a model, and would hold such weights twice.
ir::Graph CompressToF16(const ir::Graph& graph) {
  return passes::Rewrite(graph,
                         [](passes::Rewriter& rewriter, const ir::Node& node) { CompressOrCopy(rewriter, node); });
}

}  // namespace stepwell::converter
