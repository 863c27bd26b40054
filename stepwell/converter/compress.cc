#include "stepwell/converter/compress.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "stepwell/base/half.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/passes/rewriter.h"
#include "stepwell/passes/with_body.h"

namespace stepwell::converter {
namespace {

constexpr float kLargestHalf = 65504.0F;

float FloatAt(std::span<const std::byte> bytes, std::size_t index) {
  float value = 0;
  std::memcpy(&value, bytes.data() + index * sizeof(float), sizeof(float));
  return value;
}

// f32 rounded to f16, when it is read.
class HalfBytes : public ByteSource {
 public:
  explicit HalfBytes(LazyBytes floats) : floats_(std::move(floats)) {}

  std::size_t size() const override { return floats_.size() / 2; }
  std::size_t work() const override { return CheckedAdd(size(), floats_.work()); }

  void Stream(Take take) const override {
    std::vector<std::uint16_t> halves(kElementsAtOnce);
    floats_.Stream([&](std::span<const std::byte> piece) {
      while (!piece.empty()) {
        const std::size_t count = std::min(kElementsAtOnce, piece.size() / sizeof(float));
        for (std::size_t i = 0; i < count; ++i) halves[i] = FloatToHalf(FloatAt(piece, i));
        take(std::as_bytes(std::span(halves).first(count)));
        piece = piece.subspan(count * sizeof(float));
      }
    });
  }

 private:
  static constexpr std::size_t kElementsAtOnce = std::size_t{1} << 20;
  LazyBytes floats_;
};

// Whether no finite value becomes infinite.
bool FitsHalf(const LazyBytes& floats) {
  bool fits = true;
  floats.Stream([&](std::span<const std::byte> piece) {
    for (std::size_t i = 0; fits && i < piece.size() / sizeof(float); ++i) {
      const float value = FloatAt(piece, i);
      fits = !std::isfinite(value) || std::abs(value) <= kLargestHalf;
    }
  });
  return fits;
}

void CompressOrCopy(passes::Rewriter& rewriter, const ir::Node& node) {
  const auto* constant = ir::As<ir::Constant>(*node.op);
  const bool is_weight =
      constant != nullptr && constant->data.type.dtype == DType::kF32 && constant->data.num_elements() > 1;
  if (!is_weight || !FitsHalf(constant->data.bytes)) {
    if (const auto* loop = ir::As<ir::SubgraphOp>(*node.op)) {
      return rewriter.CopyNode(node, passes::WithBody(*loop, CompressToF16(*loop->body)));
    }
    return rewriter.CopyNode(node);
  }
  const ir::ConstantData& data = constant->data;
  const ir::ValueId stored = rewriter.builder().AddConstant(
      node.name + "_compressed",
      ir::ConstantData::Of({DType::kF16, data.type.shape}, LazyBytes(std::make_shared<const HalfBytes>(data.bytes))));
  rewriter.Map(node.outputs[0], rewriter.builder().AddOne(node.name, ops::elementwise::Convert(DType::kF32), {stored}));
}

}  // namespace

// Bodies lie as deep in one another as what was read (limits::kDeepestBody).
ir::Graph CompressToF16(const ir::Graph& graph) {
  return passes::Rewrite(graph,
                         [](passes::Rewriter& rewriter, const ir::Node& node) { CompressOrCopy(rewriter, node); });
}

}  // namespace stepwell::converter
