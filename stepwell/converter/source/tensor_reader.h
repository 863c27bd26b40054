#pragma once

#include "stepwell/base/shape.h"
#include "stepwell/converter/source/source_tensor.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {

// A TensorShapeProto; dimensions of -1 are dynamic. Throws for other negative ones, kUnsupported above rank 8.
Shape ReadShapeProto(WireReader message);

// A TensorProto. Elements come from `tensor_content` or from the typed value field of the dtype (packed or not),
// without a copy where the file holds them as they lie in memory. Throws where there are more elements than the shape
// has, none where it has some, or a content of another size.
SourceTensor ReadTensorProto(WireReader message);

// The same with dtype and shape from elsewhere: those of a V1 checkpoint's slices stand outside the message. Every
// element must be there: none is repeated.
SourceTensor ReadTensorValues(WireReader message, TfType tf_type, const Shape& shape);

// `bytes` as a tensor: exactly as many as dtype and shape say, else an Error. Booleans other than 0 and 1 become 1.
SourceTensor TensorOfBytes(TfType tf_type, const Shape& shape, SharedBytes bytes);

}  // namespace stepwell::converter
