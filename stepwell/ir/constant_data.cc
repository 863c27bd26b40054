#include "stepwell/ir/constant_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "stepwell/base/visit_element.h"

namespace stepwell::ir {
namespace {

template <class T>
T ElementAt(const std::byte* data, std::size_t index) {
  T value;
  std::memcpy(&value, data + index * sizeof(T), sizeof(T));
  return value;
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
  const bool known = VisitElement(type.dtype, [&](auto element) {
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
  VisitElement(type.dtype, [&](auto element) {
    if (AllElementsEqual(bytes.data(), sizeof(element), elements)) {
      uniform = static_cast<double>(ElementAt<decltype(element)>(bytes.data(), 0));
    }
  });
  return uniform;
}

bool ConstantData::IsZero() const {
  const auto all = bytes.span();
  return std::all_of(all.begin(), all.end(), [](std::byte byte) { return byte == std::byte{}; });
}

}  // namespace stepwell::ir
