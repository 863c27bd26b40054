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

bool IsAligned(const SharedBytes& bytes, DType dtype) {
  const auto alignment = static_cast<std::uintptr_t>(std::max(1, DTypeBits(dtype) / 8));
  return reinterpret_cast<std::uintptr_t>(bytes.data()) % alignment == 0;
}

std::uint64_t NextIdentity() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

ConstantData ConstantData::Of(const TensorType& type, LazyBytes bytes) {
  if (bytes.size() != type.bytes()) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("a constant {} needs {} bytes and has {}", ToText(type), type.bytes(), bytes.size()));
  }
  ConstantData constant;
  constant.type = type;
  constant.bytes = std::move(bytes);
  constant.identity = NextIdentity();
  return constant;
}

ConstantData ConstantData::Of(Tensor tensor) {
  const TensorType type = tensor.type();
  auto owner = std::make_shared<const Tensor>(std::move(tensor));
  const std::span<const std::byte> bytes = owner->view().bytes();
  return Of(type, SharedBytes(std::move(owner), bytes));
}

ConstantData ConstantData::OfInts(const Shape& shape, std::span<const std::int64_t> values) {
  return Of(Tensor::Of<std::int64_t>(shape, values));
}

ConstantData ConstantData::OfFloat(float value) { return Of(Tensor::Of<float>({}, std::span(&value, 1))); }

std::optional<ConstTensorView> ConstantData::AlignedView() const {
  if (!bytes.is_held()) return std::nullopt;
  const SharedBytes held = bytes.Get();
  if (!IsAligned(held, type.dtype)) return std::nullopt;
  return ConstTensorView(type, held.data());
}

SharedBytes ConstantData::AlignedBytes() const {
  SharedBytes held = bytes.Get();
  return IsAligned(held, type.dtype) ? held : SharedBytes::CopyOf(held.span());
}

Tensor ConstantData::ToTensor() const {
  Tensor tensor(type);
  CopyTo(tensor.view().bytes());
  return tensor;
}

void ConstantData::CopyTo(std::span<std::byte> to) const {
  STEPWELL_CHECK(to.size() == bytes.size());
  if (bytes.is_held()) {
    if (!to.empty()) std::memcpy(to.data(), bytes.Get().data(), to.size());
    return;
  }
  std::byte* next = to.data();
  bytes.Stream([&](std::span<const std::byte> piece) {
    std::memcpy(next, piece.data(), piece.size());
    next += piece.size();
  });
}

std::optional<std::vector<std::int64_t>> ConstantData::Ints(std::int64_t most) const {
  if (IsFloat(type.dtype) || num_elements() > most) return std::nullopt;
  std::vector<std::int64_t> values(AsSize(num_elements()));
  const SharedBytes held = bytes.Get();
  const bool known = VisitElement(type.dtype, [&](auto element) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<std::int64_t>(ElementAt<decltype(element)>(held.data(), i));
    }
  });
  if (!known) return std::nullopt;
  return values;
}

std::optional<double> ConstantData::UniformValue() const {
  const std::size_t elements = AsSize(num_elements());
  if (elements == 0) return std::nullopt;
  const SharedBytes held = bytes.Get();
  std::optional<double> uniform;
  VisitElement(type.dtype, [&](auto element) {
    if (AllElementsEqual(held.data(), sizeof(element), elements)) {
      uniform = static_cast<double>(ElementAt<decltype(element)>(held.data(), 0));
    }
  });
  return uniform;
}

bool ConstantData::IsZero() const {
  const SharedBytes held = bytes.Get();
  const std::span<const std::byte> all = held.span();
  return std::all_of(all.begin(), all.end(), [](std::byte byte) { return byte == std::byte{}; });
}

}  // namespace stepwell::ir
