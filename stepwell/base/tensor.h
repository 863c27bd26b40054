#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/dtype.h"
#include "stepwell/base/memory.h"
#include "stepwell/base/shape.h"

namespace stepwell {

struct TensorType {
  DType dtype = DType::kF32;
  Shape shape;

  std::size_t bytes() const { return BytesOf(dtype, shape.num_elements()); }  // static shapes only
  friend constexpr bool operator==(const TensorType&, const TensorType&) = default;
};

// "f32[1,?,19,26]"
std::string ToText(const TensorType& type);

// A tensor somebody else owns; valid as long as the buffer it was taken from. Kernel arguments are aligned to at least
// their element; constants straight from a file may not be, and are read through ConstantData (ir/) instead.
template <class Byte>
struct BasicTensorView {
  TensorType type;
  Byte* data = nullptr;

  BasicTensorView() = default;
  BasicTensorView(TensorType tensor_type, Byte* bytes) : type(tensor_type), data(bytes) {}
  // A view to write through is a view to read through.
  template <class Other>
  requires(std::is_const_v<Byte>&& std::is_same_v<Other, std::remove_const_t<Byte>>)
      BasicTensorView(const BasicTensorView<Other>& other)  // NOLINT(google-explicit-constructor)
      : type(other.type), data(other.data) {}

  std::size_t size_bytes() const { return type.bytes(); }
  std::span<Byte> bytes() const { return {data, type.bytes()}; }

  // The elements as T, whose size must be that of the dtype.
  template <class T>
  auto as() const {
    using Element = std::conditional_t<std::is_const_v<Byte>, const T, T>;
    STEPWELL_CHECK(static_cast<int>(sizeof(T)) * 8 == DTypeBits(type.dtype));
    return std::span<Element>(reinterpret_cast<Element*>(data), AsSize(type.shape.num_elements()));
  }
};
using TensorView = BasicTensorView<std::byte>;
using ConstTensorView = BasicTensorView<const std::byte>;

// A tensor that owns its (64-byte aligned, zeroed) memory. Copies are explicit: Clone().
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(const TensorType& type) : type_(type), buffer_(type.bytes()) {}

  template <class T>
  static Tensor Of(const Shape& shape, std::span<const T> values) {
    Tensor tensor({DTypeOf<T>::kValue, shape});
    STEPWELL_CHECK(values.size() == AsSize(shape.num_elements()));
    std::copy(values.begin(), values.end(), tensor.as<T>().begin());
    return tensor;
  }

  const TensorType& type() const { return type_; }
  TensorView view() { return {type_, buffer_.data()}; }
  ConstTensorView view() const { return {type_, buffer_.data()}; }
  template <class T>
  std::span<T> as() {
    return view().template as<T>();
  }
  template <class T>
  std::span<const T> as() const {
    return view().template as<T>();
  }
  Tensor Clone() const;

 private:
  TensorType type_;
  AlignedBuffer buffer_;
};

}  // namespace stepwell
