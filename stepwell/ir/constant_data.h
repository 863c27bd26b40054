#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/base/compressed_floats.h"
#include "stepwell/base/lazy_bytes.h"
#include "stepwell/base/tensor.h"

namespace stepwell::ir {

// The value of a constant: dense, row-major, little-endian bytes, usually a slice of a mapped file and therefore at any
// address; or not held at all but made when they are read, which large results of folding are. Cheap to copy; the bytes
// are never copied with it.
struct ConstantData {
  TensorType type;
  LazyBytes bytes;
  // Never given twice in a process and shared by copies: what is kept about a constant (packed weights) is found by it.
  std::uint64_t identity = 0;
  // Of stored values of weights (passes/compressed_constant.h): what their products do with the other operand.
  ActivationFormat activations = ActivationFormat::kFp32;

  // Throws Error(kInvalidModel) when the bytes are not those of the type.
  static ConstantData Of(const TensorType& type, LazyBytes bytes);
  static ConstantData Of(Tensor tensor);
  static ConstantData OfInts(const Shape& shape, std::span<const std::int64_t> values);  // i64
  static ConstantData OfFloat(float value);                                              // f32 scalar

  std::int64_t num_elements() const { return type.shape.num_elements(); }

  // A view for a kernel, valid as long as this lives: the bytes themselves where they are held and aligned to their
  // element, else nothing.
  std::optional<ConstTensorView> AlignedView() const;
  // The bytes, aligned to their element: themselves, just made, or a copy.
  SharedBytes AlignedBytes() const;
  Tensor ToTensor() const;  // an aligned copy

  // The elements as T, copied; the dtype must be T's.
  template <class T>
  std::vector<T> Copy() const {
    STEPWELL_CHECK(type.dtype == DTypeOf<T>::kValue);
    std::vector<T> values(AsSize(num_elements()));
    if (!values.empty()) CopyTo(std::as_writable_bytes(std::span(values)));
    return values;
  }
  // The elements of an integer (any width) or bool constant as 64-bit integers; nothing for other dtypes and for more
  // than `most` elements.
  std::optional<std::vector<std::int64_t>> Ints(std::int64_t most = 4096) const;
  // The single value of a constant whose elements are all equal, of any numeric dtype; nothing otherwise.
  std::optional<double> UniformValue() const;
  bool IsZero() const;  // whether every byte is

 private:
  void CopyTo(std::span<std::byte> to) const;  // as many bytes as there are
};

}  // namespace stepwell::ir
