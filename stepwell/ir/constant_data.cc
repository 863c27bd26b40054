#include "stepwell/ir/constant_data.h"

#include <fmt/format.h>

#include <atomic>

namespace stepwell::ir {
namespace {

template <class T>
T ElementAt(const std::byte* data, std::size_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));
  return value;
}

template <class Visit>
bool VisitElementType(DType dtype, Visit&& visit) {
  switch (dtype) {
    case DType::kF32:
      return visit(float{}), true;
    case DType::kF64:
      return visit(double{}), true;
    case DType::kI8:
      return visit(std::int8_t{}), true;
    case DType::kU8:
      return visit(std::uint8_t{}), true;
    case DType::kI16:
      return visit(std::int16_t{}), true;
    case DType::kU16:
      return visit(std::uint16_t{}), true;
    case DType::kI32:
      return visit(std::int32_t{}), true;
    case DType::kU32:
      return visit(std::uint32_t{}), true;
    case DType::kI64:
      return visit(std::int64_t{}), true;
    case DType::kU64:
      return visit(std::uint64_t{}), true;
    case DType::kBool:
      return visit(std::uint8_t{}), true;
    default:
      return false;
  }
}

bool AllElementsEqual(const std::byte* data, std::size_t element_bytes, std::size_t elements) {
  return std::memcmp(data, data + element_bytes, element_bytes * (elements - 1)) == 0;
}

std::uint64_t NextIdentity() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

ConstantData ConstantData::Of(const TensorType& type, SharedBytes bytes) {
  if (bytes.size() != type.bytes()) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("a constant {} needs {} bytes and has {}", ToText(type), type.bytes(), bytes.size()));
  }
  return {type, std::move(bytes), NextIdentity()};
}

ConstantData ConstantData::Of(Tensor tensor) {
  const TensorType type = tensor.type();
  auto owner = std::make_shared<const Tensor>(std::move(tensor));
  const std::span<const std::byte> bytes = owner->view().bytes();
  return {type, SharedBytes(std::move(owner), bytes), NextIdentity()};
}

ConstantData ConstantData::OfInts(const Shape& shape, std::span<const std::int64_t> values) {
  return Of(Tensor::Of<std::int64_t>(shape, values));
}

ConstantData ConstantData::OfFloat(float value) { return Of(Tensor::Of<float>({}, std::span(&value, 1))); }

std::optional<ConstTensorView> ConstantData::AlignedView() const {
  const auto alignment = static_cast<std::uintptr_t>(std::max(1, DTypeBits(type.dtype) / 8));
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment != 0) return std::nullopt;
  return ConstTensorView(type, bytes.data());
}

Tensor ConstantData::ToTensor() const {
  Tensor tensor(type);
  if (bytes.size() > 0) std::memcpy(tensor.view().data, bytes.data(), bytes.size());
  return tensor;
}

std::optional<std::vector<std::int64_t>> ConstantData::Ints(std::int64_t most) const {
  if (IsFloat(type.dtype) || num_elements() > most) return std::nullopt;
  std::vector<std::int64_t> values(AsSize(num_elements()));
  const bool known = VisitElementType(type.dtype, [&](auto element) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<std::int64_t>(ElementAt<decltype(element)>(bytes.data(), i));
    }
  });
  if (!known) return std::nullopt;
  return values;
}

std::optional<double> ConstantData::UniformValue() const {
  const std::size_t elements = AsSize(num_elements());
  if (elements == 0) return std::nullopt;
  std::optional<double> uniform;
  VisitElementType(type.dtype, [&](auto element) {
    if (AllElementsEqual(bytes.data(), sizeof(element), elements)) {
      uniform = static_cast<double>(ElementAt<decltype(element)>(bytes.data(), 0));
    }
  });
  return uniform;
}

}  // namespace stepwell::ir
