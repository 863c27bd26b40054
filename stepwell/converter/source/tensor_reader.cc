#include "stepwell/converter/source/tensor_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::converter {
namespace {

// Field numbers of TensorProto (tensor.proto).
enum TensorField : std::uint32_t {
  kDtype = 1,
  kTensorShape = 2,
  kTensorContent = 4,
  kFloatVal = 5,
  kDoubleVal = 6,
  kIntVal = 7,
  kStringVal = 8,
  kInt64Val = 10,
  kBoolVal = 11,
  kHalfVal = 13,
  kUint32Val = 16,
  kUint64Val = 17,
};

// Which field holds the values of a dtype; 0 for none.
std::uint32_t ValueField(TfType type) {
  switch (type) {
    case TfType::kFloat:
      return kFloatVal;
    case TfType::kDouble:
      return kDoubleVal;
    case TfType::kHalf:
    case TfType::kBfloat16:
      return kHalfVal;
    case TfType::kInt8:
    case TfType::kUint8:
    case TfType::kInt16:
    case TfType::kUint16:
    case TfType::kInt32:
      return kIntVal;
    case TfType::kInt64:
      return kInt64Val;
    case TfType::kBool:
      return kBoolVal;
    case TfType::kUint32:
      return kUint32Val;
    case TfType::kUint64:
      return kUint64Val;
    case TfType::kString:
      return kStringVal;
    default:
      return 0;
  }
}

SharedBytes BytesOfString(const std::string& text) { return SharedBytes::CopyOf(std::as_bytes(std::span(text))); }

// The values of a field of fixed width. One packed run, which is how TensorFlow writes them, stays where it is.
class FixedValues {
 public:
  void Add(SharedBytes run) {
    if (gathered_.empty() && first_.size() == 0) {
      first_ = std::move(run);
      return;
    }
    if (gathered_.empty()) Gather(first_);
    Gather(run);
  }
  SharedBytes Take() { return gathered_.empty() ? std::move(first_) : BytesOfString(gathered_); }

 private:
  void Gather(const SharedBytes& run) { gathered_.append(reinterpret_cast<const char*>(run.data()), run.size()); }

  SharedBytes first_;
  std::string gathered_;
};

// The low `width` bytes of every integer, side by side.
SharedBytes Narrowed(const std::vector<std::uint64_t>& values, std::size_t width) {
  AlignedBuffer buffer(CheckedMul(values.size(), width));
  for (std::size_t i = 0; i < values.size(); ++i) std::memcpy(buffer.data() + i * width, &values[i], width);
  return SharedBytes::Own(std::move(buffer));
}

SharedBytes WithTrueAsOne(SharedBytes bytes) {
  const auto is_bool = [](std::byte byte) { return byte <= std::byte{1}; };
  if (std::all_of(bytes.span().begin(), bytes.span().end(), is_bool)) return bytes;
  AlignedBuffer buffer(bytes.size());
  std::transform(bytes.span().begin(), bytes.span().end(), buffer.data(),
                 [](std::byte byte) { return byte == std::byte{0} ? byte : std::byte{1}; });
  return SharedBytes::Own(std::move(buffer));
}

// What a TensorProto says about its elements.
struct Values {
  std::optional<SharedBytes> content;  // tensor_content
  SharedBytes listed;                  // of the typed field
  std::vector<std::string> strings;
};

Values ReadValues(WireReader message, TfType type) {
  const std::uint32_t wanted = ValueField(type);
  const auto dtype = ElementType(type);
  Values values;
  FixedValues fixed;
  std::vector<std::uint64_t> integers;
  while (message.Next()) {
    if (message.field() == kTensorContent) {
      values.content = message.Bytes();
    } else if (message.field() != wanted) {
      continue;
    } else if (wanted == kStringVal) {
      values.strings.push_back(message.String());
    } else if (wanted == kFloatVal || wanted == kDoubleVal) {
      fixed.Add(message.Payload());
    } else {
      message.AppendVarints(integers);
    }
  }
  values.listed = integers.empty() ? fixed.Take() : Narrowed(integers, BytesOf(*dtype, 1));
  return values;
}

// Throws unless `stored` can be the leading elements of a tensor that takes `total` bytes.
void CheckStored(const SourceTensor& tensor, std::size_t total) {
  const std::size_t element = BytesOf(*tensor.dtype, 1);
  const std::size_t stored = tensor.stored.size();
  if (stored % element == 0 && stored <= total && (stored > 0 || total == 0)) return;
  throw Error(ErrorKind::kInvalidModel, fmt::format("a tensor {}{} takes {} bytes, but its values take {}",
                                                    DTypeName(*tensor.dtype), ToText(tensor.shape), total, stored));
}

void CheckStringCount(const SourceTensor& tensor) {
  const auto count = static_cast<Dim>(tensor.strings.size());
  if (count <= tensor.shape.num_elements()) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("a tensor of shape {} holds {} strings", ToText(tensor.shape), count));
}

SourceTensor MakeTensor(Values values, TfType tf_type, const Shape& shape) {
  SourceTensor tensor{tf_type, ElementType(tf_type), shape, {}, std::move(values.strings)};
  if (!tensor.dtype) {
    CheckStringCount(tensor);
    if (values.content) tensor.stored = *values.content;
    return tensor;
  }
  if (values.content && values.content->size() > 0) return TensorOfBytes(tf_type, shape, *values.content);
  const bool is_bool = tensor.dtype == DType::kBool;
  tensor.stored = is_bool ? WithTrueAsOne(std::move(values.listed)) : std::move(values.listed);
  CheckStored(tensor, BytesOf(*tensor.dtype, shape.num_elements()));
  return tensor;
}

Dim ReadDim(WireReader message) {
  std::int64_t size = 0;
  while (message.Next()) {
    if (message.field() == 1) size = message.Int();
  }
  if (size < kDynamic) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("a shape has a dimension of {}; it must be -1 or more", size));
  }
  return size;
}

}  // namespace

Shape ReadShapeProto(WireReader message) {
  Shape shape;
  bool known_rank = true;
  while (message.Next()) {
    if (message.field() == 2) shape.Append(ReadDim(message.Message()));
    if (message.field() == 3) known_rank = !message.Bool();
  }
  return known_rank ? shape : Shape::UnknownRank();
}

SourceTensor ReadTensorProto(WireReader message) {
  TfType tf_type = TfType::kInvalid;
  Shape shape;
  for (WireReader header = message; header.Next();) {
    if (header.field() == kDtype) tf_type = TfTypeOf(header.Int());
    if (header.field() == kTensorShape) shape = ReadShapeProto(header.Message());
  }
  return MakeTensor(ReadValues(message, tf_type), tf_type, shape);
}

SourceTensor ReadTensorValues(WireReader message, TfType tf_type, const Shape& shape) {
  SourceTensor tensor = MakeTensor(ReadValues(message, tf_type), tf_type, shape);
  if (tensor.dtype) return TensorOfBytes(tf_type, shape, tensor.stored.Get());
  return tensor;
}

SourceTensor TensorOfBytes(TfType tf_type, const Shape& shape, SharedBytes bytes) {
  SourceTensor tensor{tf_type, ElementType(tf_type), shape, {}, {}};
  if (!tensor.dtype) {
    throw Error(ErrorKind::kUnsupported, fmt::format("values of {} cannot be read", TfTypeName(tf_type)));
  }
  const std::size_t total = BytesOf(*tensor.dtype, shape.num_elements());
  if (bytes.size() != total) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("a tensor {}{} takes {} bytes, but {} are stored",
                                                      DTypeName(*tensor.dtype), ToText(shape), total, bytes.size()));
  }
  tensor.stored = tensor.dtype == DType::kBool ? WithTrueAsOne(std::move(bytes)) : std::move(bytes);
  return tensor;
}

}  // namespace stepwell::converter
