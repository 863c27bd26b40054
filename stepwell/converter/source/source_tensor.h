#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/lazy_bytes.h"
#include "stepwell/base/limits.h"
#include "stepwell/base/shape.h"
#include "stepwell/converter/source/tf_type.h"

namespace stepwell::converter {

// A tensor as a TensorFlow file holds it: a constant of a graph or a variable of a checkpoint. Cheap to copy; may be
// used by many threads.
struct SourceTensor {
  TfType tf_type = TfType::kInvalid;
  std::optional<DType> dtype;  // none where we have no such type (strings, resources, complex numbers)
  Shape shape;                 // static

  // The leading elements in row-major order, little endian, at any alignment; where there are fewer than the shape
  // says, the last one stands for all that follow. A slice of the mapped file wherever the file holds the bytes in this
  // form.
  LazyBytes stored;
  std::vector<std::string> strings;  // the leading elements of a DT_STRING

  // All elements, dense: `stored` itself wherever it is complete. Throws Error(kUnsupported) for a tensor without
  // dtype, and where repeating the last element would need more than kMostRepeatedBytes.
  LazyBytes Bytes() const;
  static constexpr std::size_t kMostRepeatedBytes = limits::kMostExpandedBytes;
};

}  // namespace stepwell::converter
