#include "stepwell/passes/compressed_constant.h"

#include <memory>

#include "stepwell/base/compressed_floats.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"

namespace stepwell::passes {
namespace {

// Smaller ones are computed with all else that is known.
constexpr std::int64_t kLeastElements = 1024;

bool IsStored(DType dtype) { return dtype == DType::kBF16 || dtype == DType::kI8 || dtype == DType::kI4; }

ir::ConstantData Of(const TensorType& type, CompressedFloats floats) {
  return ir::ConstantData::Of(type, LazyBytes(std::make_shared<const CompressedFloats>(std::move(floats))));
}

std::optional<ir::ConstantData> Converted(const ir::ConstantData& stored, const TensorType& type) {
  if (type.dtype != DType::kF32 || !IsStored(stored.type.dtype)) return std::nullopt;
  CompressedFloats floats;
  floats.values = stored.bytes;
  floats.dtype = stored.type.dtype;
  floats.elements = stored.num_elements();
  ir::ConstantData converted = Of(type, std::move(floats));
  converted.activations = stored.activations;  // for the scales, which integers need
  return converted;
}

// How scales of a shape lie over values of another: their extents are the values' on some leading and some trailing
// axes, and 1 between.
struct Spread {
  std::int64_t elements_per_block = 1;
  std::int64_t scales_per_block = 1;
};
std::optional<Spread> SpreadOf(const Shape& values, const Shape& scales) {
  if (scales.rank() > values.rank()) return std::nullopt;
  const auto extent = [&](int axis) {
    const int own = axis - (values.rank() - scales.rank());
    return own < 0 ? 1 : scales[own];
  };
  int end = values.rank();
  Spread spread;
  for (; end > 0 && extent(end - 1) == values[end - 1]; --end) spread.scales_per_block *= values[end - 1];
  spread.elements_per_block = spread.scales_per_block;
  int begin = 0;
  while (begin < end && extent(begin) == values[begin]) ++begin;
  for (int axis = begin; axis < end; ++axis) {
    if (extent(axis) != 1) return std::nullopt;
    spread.elements_per_block *= values[axis];
  }
  return spread;
}

std::optional<ir::ConstantData> Scaled(const ir::ConstantData& values, const ir::ConstantData& scales,
                                       const TensorType& type) {
  const auto unscaled = std::dynamic_pointer_cast<const CompressedFloats>(values.bytes.source());
  if (unscaled == nullptr || !unscaled->scales.empty() || values.type != type) return std::nullopt;
  if (!scales.bytes.is_held() || scales.type.dtype != DType::kF32) return std::nullopt;
  const auto spread = SpreadOf(values.type.shape, scales.type.shape);
  if (!spread) return std::nullopt;
  CompressedFloats floats = *unscaled;
  floats.scales = scales.Copy<float>();
  floats.elements_per_block = spread->elements_per_block;
  floats.scales_per_block = spread->scales_per_block;
  if (floats.dtype != DType::kBF16) floats.activations = values.activations;
  return Of(type, std::move(floats));
}

}  // namespace

std::optional<ir::ConstantData> CompressedConstant(const ir::Op& op, std::span<const ir::ConstantData> constants,
                                                   const TensorType& type) {
  if (!type.shape.is_static() || type.shape.rank() < 2 || type.shape.num_elements() < kLeastElements) {
    return std::nullopt;
  }
  if (ir::As<ops::elementwise::Convert>(op) != nullptr) return Converted(constants[0], type);
  if (ir::As<ops::elementwise::Multiply>(op) == nullptr) return std::nullopt;
  if (auto scaled = Scaled(constants[0], constants[1], type)) return scaled;
  return Scaled(constants[1], constants[0], type);
}

}  // namespace stepwell::passes
