#include "stepwell/converter/compress.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "stepwell/base/half.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/registry.h"
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

// The loop with the weights of its body compressed. A loop has no fields beyond those of its base.
std::shared_ptr<const ir::Op> WithCompressedBody(const ir::SubgraphOp& loop) {
  std::shared_ptr<ir::Op> copy = ops::MakeOp(loop.name());
  auto& subgraph = dynamic_cast<ir::SubgraphOp&>(*copy);
  subgraph = loop;
  subgraph.body = std::make_shared<const ir::Graph>(CompressToF16(*loop.body));
  return copy;
}

void CompressOrCopy(passes::Rewriter& rewriter, const ir::Node& node) {
  if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) {
    const auto outputs = rewriter.builder().Add(node.name, WithCompressedBody(*loop), rewriter.Mapped(node.inputs));
    for (std::size_t i = 0; i < outputs.size(); ++i) rewriter.Map(node.outputs[i], outputs[i]);
    return;
  }
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

ir::Graph CompressToF16(const ir::Graph& graph) {
  return passes::Rewrite(graph,
                         [](passes::Rewriter& rewriter, const ir::Node& node) { CompressOrCopy(rewriter, node); });
}

}  // namespace stepwell::converter
