#include "stepwell/converter/source/text_schema.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "stepwell/base/error.h"
#include "stepwell/converter/source/tf_type.h"

namespace stepwell::converter {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;

enum class Kind : std::uint8_t { kBytes, kInt32, kInt64, kUint32, kUint64, kFloat, kDouble, kBool, kType, kMessage };
enum class Count : std::uint8_t { kOne, kMany };

struct Field {
  std::string_view message;
  int number;
  std::string_view name;
  Kind kind;
  Count count = Count::kOne;
  std::string_view type = {};  // of a kMessage
};

// Names and numbers from graph.proto, node_def.proto, attr_value.proto, tensor.proto, tensor_shape.proto,
// versions.proto, function.proto, op_def.proto, meta_graph.proto, saved_model.proto, saver.proto and
// checkpoint_state.proto. Strings are declared as bytes, which text
// writes in the same way and which need not be UTF-8.
constexpr std::array kFields = {
    Field{"GraphDef", 1, "node", Kind::kMessage, Count::kMany, "NodeDef"},
    Field{"GraphDef", 4, "versions", Kind::kMessage, Count::kOne, "VersionDef"},
    Field{"GraphDef", 3, "version", Kind::kInt32},
    Field{"GraphDef", 2, "library", Kind::kMessage, Count::kOne, "FunctionDefLibrary"},
    Field{"FunctionDefLibrary", 1, "function", Kind::kMessage, Count::kMany, "FunctionDef"},
    Field{"FunctionDef", 1, "signature", Kind::kMessage, Count::kOne, "OpDef"},
    Field{"FunctionDef", 3, "node_def", Kind::kMessage, Count::kMany, "NodeDef"},
    Field{"FunctionDef", 4, "ret", Kind::kMessage, Count::kMany, "TextEntry"},
    Field{"OpDef", 1, "name", Kind::kBytes},
    Field{"OpDef", 2, "input_arg", Kind::kMessage, Count::kMany, "ArgDef"},
    Field{"OpDef", 3, "output_arg", Kind::kMessage, Count::kMany, "ArgDef"},
    Field{"ArgDef", 1, "name", Kind::kBytes},
    Field{"ArgDef", 3, "type", Kind::kType},
    Field{"TextEntry", 1, "key", Kind::kBytes},
    Field{"TextEntry", 2, "value", Kind::kBytes},
    Field{"VersionDef", 1, "producer", Kind::kInt32},
    Field{"NodeDef", 1, "name", Kind::kBytes},
    Field{"NodeDef", 2, "op", Kind::kBytes},
    Field{"NodeDef", 3, "input", Kind::kBytes, Count::kMany},
    Field{"NodeDef", 4, "device", Kind::kBytes},
    Field{"NodeDef", 5, "attr", Kind::kMessage, Count::kMany, "AttrEntry"},
    Field{"AttrEntry", 1, "key", Kind::kBytes},
    Field{"AttrEntry", 2, "value", Kind::kMessage, Count::kOne, "AttrValue"},
    Field{"AttrValue", 1, "list", Kind::kMessage, Count::kOne, "ListValue"},
    Field{"AttrValue", 2, "s", Kind::kBytes},
    Field{"AttrValue", 3, "i", Kind::kInt64},
    Field{"AttrValue", 4, "f", Kind::kFloat},
    Field{"AttrValue", 5, "b", Kind::kBool},
    Field{"AttrValue", 6, "type", Kind::kType},
    Field{"AttrValue", 7, "shape", Kind::kMessage, Count::kOne, "TensorShapeProto"},
    Field{"AttrValue", 8, "tensor", Kind::kMessage, Count::kOne, "TensorProto"},
    Field{"AttrValue", 9, "placeholder", Kind::kBytes},
    Field{"AttrValue", 10, "func", Kind::kMessage, Count::kOne, "NameAttrList"},
    Field{"ListValue", 2, "s", Kind::kBytes, Count::kMany},
    Field{"ListValue", 3, "i", Kind::kInt64, Count::kMany},
    Field{"ListValue", 4, "f", Kind::kFloat, Count::kMany},
    Field{"ListValue", 5, "b", Kind::kBool, Count::kMany},
    Field{"ListValue", 6, "type", Kind::kType, Count::kMany},
    Field{"ListValue", 7, "shape", Kind::kMessage, Count::kMany, "TensorShapeProto"},
    Field{"ListValue", 8, "tensor", Kind::kMessage, Count::kMany, "TensorProto"},
    Field{"ListValue", 9, "func", Kind::kMessage, Count::kMany, "NameAttrList"},
    Field{"NameAttrList", 1, "name", Kind::kBytes},
    Field{"TensorShapeProto", 2, "dim", Kind::kMessage, Count::kMany, "Dim"},
    Field{"TensorShapeProto", 3, "unknown_rank", Kind::kBool},
    Field{"Dim", 1, "size", Kind::kInt64},
    Field{"Dim", 2, "name", Kind::kBytes},
    Field{"TensorProto", 1, "dtype", Kind::kType},
    Field{"TensorProto", 2, "tensor_shape", Kind::kMessage, Count::kOne, "TensorShapeProto"},
    Field{"TensorProto", 3, "version_number", Kind::kInt32},
    Field{"TensorProto", 4, "tensor_content", Kind::kBytes},
    Field{"TensorProto", 5, "float_val", Kind::kFloat, Count::kMany},
    Field{"TensorProto", 6, "double_val", Kind::kDouble, Count::kMany},
    Field{"TensorProto", 7, "int_val", Kind::kInt32, Count::kMany},
    Field{"TensorProto", 8, "string_val", Kind::kBytes, Count::kMany},
    Field{"TensorProto", 10, "int64_val", Kind::kInt64, Count::kMany},
    Field{"TensorProto", 11, "bool_val", Kind::kBool, Count::kMany},
    Field{"TensorProto", 13, "half_val", Kind::kInt32, Count::kMany},
    Field{"TensorProto", 16, "uint32_val", Kind::kUint32, Count::kMany},
    Field{"TensorProto", 17, "uint64_val", Kind::kUint64, Count::kMany},
    Field{"MetaGraphDef", 2, "graph_def", Kind::kMessage, Count::kOne, "GraphDef"},
    Field{"MetaGraphDef", 3, "saver_def", Kind::kMessage, Count::kOne, "SaverDef"},
    Field{"MetaGraphDef", 1, "meta_info_def", Kind::kMessage, Count::kOne, "MetaInfoDef"},
    Field{"MetaGraphDef", 5, "signature_def", Kind::kMessage, Count::kMany, "SignatureEntry"},
    Field{"MetaInfoDef", 4, "tags", Kind::kBytes, Count::kMany},
    Field{"SignatureEntry", 1, "key", Kind::kBytes},
    Field{"SignatureEntry", 2, "value", Kind::kMessage, Count::kOne, "SignatureDef"},
    Field{"SignatureDef", 1, "inputs", Kind::kMessage, Count::kMany, "TensorInfoEntry"},
    Field{"SignatureDef", 2, "outputs", Kind::kMessage, Count::kMany, "TensorInfoEntry"},
    Field{"TensorInfoEntry", 1, "key", Kind::kBytes},
    Field{"TensorInfoEntry", 2, "value", Kind::kMessage, Count::kOne, "TensorInfo"},
    Field{"TensorInfo", 1, "name", Kind::kBytes},
    Field{"SavedModel", 1, "saved_model_schema_version", Kind::kInt64},
    Field{"SavedModel", 2, "meta_graphs", Kind::kMessage, Count::kMany, "MetaGraphDef"},
    Field{"SaverDef", 1, "filename_tensor_name", Kind::kBytes},
    Field{"SaverDef", 2, "save_tensor_name", Kind::kBytes},
    Field{"SaverDef", 3, "restore_op_name", Kind::kBytes},
    Field{"CheckpointState", 1, "model_checkpoint_path", Kind::kBytes},
    Field{"CheckpointState", 2, "all_model_checkpoint_paths", Kind::kBytes, Count::kMany},
};

constexpr std::string_view kPackage = "stepwell.text";

FieldDescriptorProto::Type TypeOf(Kind kind) {
  switch (kind) {
    case Kind::kBytes:
      return FieldDescriptorProto::TYPE_BYTES;
    case Kind::kInt32:
      return FieldDescriptorProto::TYPE_INT32;
    case Kind::kInt64:
      return FieldDescriptorProto::TYPE_INT64;
    case Kind::kUint32:
      return FieldDescriptorProto::TYPE_UINT32;
    case Kind::kUint64:
      return FieldDescriptorProto::TYPE_UINT64;
    case Kind::kFloat:
      return FieldDescriptorProto::TYPE_FLOAT;
    case Kind::kDouble:
      return FieldDescriptorProto::TYPE_DOUBLE;
    case Kind::kBool:
      return FieldDescriptorProto::TYPE_BOOL;
    case Kind::kType:
      return FieldDescriptorProto::TYPE_ENUM;
    default:
      return FieldDescriptorProto::TYPE_MESSAGE;
  }
}

std::string Qualified(std::string_view name) { return fmt::format(".{}.{}", kPackage, name); }

DescriptorProto& MessageNamed(std::string_view name, FileDescriptorProto& file) {
  for (DescriptorProto& message : *file.mutable_message_type()) {
    if (message.name() == name) return message;
  }
  DescriptorProto& message = *file.add_message_type();
  message.set_name(std::string(name));
  return message;
}

void AddField(const Field& row, FileDescriptorProto& file) {
  FieldDescriptorProto& field = *MessageNamed(row.message, file).add_field();
  field.set_name(std::string(row.name));
  field.set_number(row.number);
  field.set_type(TypeOf(row.kind));
  field.set_label(row.count == Count::kMany ? FieldDescriptorProto::LABEL_REPEATED
                                            : FieldDescriptorProto::LABEL_OPTIONAL);
  const bool packed = row.count == Count::kMany && row.kind != Kind::kBytes && row.kind != Kind::kMessage;
  if (packed) field.mutable_options()->set_packed(true);
  if (row.kind == Kind::kMessage) field.set_type_name(Qualified(row.type));
  if (row.kind == Kind::kType) field.set_type_name(Qualified("DataType"));
}

void AddDataType(FileDescriptorProto& file) {
  auto& type = *file.add_enum_type();
  type.set_name("DataType");
  const auto add = [&type](const std::string& name, int number) {
    auto& value = *type.add_value();
    value.set_name(name);
    value.set_number(number);
  };
  for (int number = 0; number < kTfTypes; ++number) {
    const std::string name = TfTypeName(static_cast<TfType>(number));
    add(name, number);
    if (number > 0) add(name + "_REF", number + kTfReference);
  }
}

std::unique_ptr<DescriptorPool> MakePool() {
  FileDescriptorProto file;
  file.set_name("stepwell/text.proto");
  file.set_package(std::string(kPackage));
  file.set_syntax("proto2");
  AddDataType(file);
  for (const Field& row : kFields) AddField(row, file);
  auto pool = std::make_unique<DescriptorPool>();
  STEPWELL_CHECK(pool->BuildFile(file) != nullptr);
  return pool;
}

std::string_view NameOf(TextMessage message) {
  switch (message) {
    case TextMessage::kGraphDef:
      return "GraphDef";
    case TextMessage::kMetaGraphDef:
      return "MetaGraphDef";
    case TextMessage::kSavedModel:
      return "SavedModel";
    default:
      return "CheckpointState";
  }
}

}  // namespace

const google::protobuf::Descriptor& TextSchemaOf(TextMessage message) {
  static const std::unique_ptr<const DescriptorPool> pool = MakePool();
  const auto* const descriptor = pool->FindMessageTypeByName(fmt::format("{}.{}", kPackage, NameOf(message)));
  STEPWELL_CHECK(descriptor != nullptr);
  return *descriptor;
}

}  // namespace stepwell::converter
