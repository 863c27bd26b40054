#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/base/tensor.h"

namespace stepwell::ir {

// The value of a constant: dense, row-major, little-endian bytes, usually a slice of a mapped file and therefore at any
// address. Cheap to copy; the bytes are never copied with it.
struct ConstantData {
  TensorType type;
  SharedBytes bytes;
  // Never given twice in a process and shared by copies: what is kept about a constant (packed weights) is found by it.
  std::uint64_t identity = 0;

  // Throws Error(kInvalidModel) when the bytes are not those of the type.
  static ConstantData Of(const TensorType& type, SharedBytes bytes);
  static ConstantData Of(Tensor tensor);
  static ConstantData OfInts(const Shape& shape, std::span<const std::int64_t> values);  // i64
  static ConstantData OfFloat(float value);                                              // f32 scalar

  std::int64_t num_elements() const { return type.shape.num_elements(); }

  // A view for a kernel: the bytes themselves where they are aligned to their element, else nothing.
  std::optional<ConstTensorView> AlignedView() const;
  Tensor ToTensor() const;  // an aligned copy

  // The elements as T, copied; the dtype must be T's.
  template <class T>
  std::vector<T> Copy() const {
    STEPWELL_CHECK(type.dtype == DTypeOf<T>::kValue);
    std::vector<T> values(AsSize(num_elements()));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
  }
  // The elements of an integer (any width) or bool constant as 64-bit integers; nothing for other dtypes and for more
  // than `most` elements.
  std::optional<std::vector<std::int64_t>> Ints(std::int64_t most = 4096) const;
  // The single value of a constant whose elements are all equal, of any numeric dtype; nothing otherwise.
  std::optional<double> UniformValue() const;
  bool IsZero() const;  // whether every byte is
};

}  // namespace stepwell::ir
