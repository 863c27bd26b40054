#include "stepwell/converter/source/attr_reader.h"

#include <bit>
#include <cstring>

#include "stepwell/base/error.h"
#include "stepwell/converter/source/tensor_reader.h"

namespace stepwell::converter {
namespace {

// Field numbers that AttrValue and its ListValue share (attr_value.proto); the value's own list is number 1, and a
// function is 10 in the value, 9 in the list.
enum AttrField : std::uint32_t {
  kList = 1,
  kString = 2,
  kInt = 3,
  kFloat = 4,
  kBool = 5,
  kType = 6,
  kShape = 7,
  kTensor = 8,
  kListFunction = 9,
  kFunction = 10,
};

FunctionName ReadFunctionName(WireReader message) {
  FunctionName function;
  while (message.Next()) {
    if (message.field() == 1) function.name = message.String();
  }
  return function;
}

// Calls `use` with each element of a repeated integer field, packed or not.
template <class Use>
void ForEachInteger(const WireReader& field, Use use) {
  std::vector<std::uint64_t> values;
  field.AppendVarints(values);
  for (const std::uint64_t value : values) use(static_cast<std::int64_t>(value));
}

void AppendFloats(const SharedBytes& run, std::vector<float>& floats) {
  Require(run.size() % sizeof(float) == 0, ErrorKind::kInvalidModel, "a list of floats ends inside a number");
  const std::size_t before = floats.size();
  floats.resize(before + run.size() / sizeof(float));
  if (run.size() > 0) std::memcpy(floats.data() + before, run.data(), run.size());
}

AttrList ReadList(WireReader message) {
  AttrList list;
  while (message.Next()) {
    switch (message.field()) {
      case kString:
        list.strings.push_back(message.String());
        break;
      case kInt:
        ForEachInteger(message, [&](std::int64_t value) { list.ints.push_back(value); });
        break;
      case kFloat:
        AppendFloats(message.Payload(), list.floats);
        break;
      case kBool:
        ForEachInteger(message, [&](std::int64_t value) { list.bools.push_back(value != 0); });
        break;
      case kType:
        ForEachInteger(message, [&](std::int64_t value) { list.types.push_back(TfTypeOf(value)); });
        break;
      case kShape:
        list.shapes.push_back(ReadShapeProto(message.Message()));
        break;
      case kTensor:
        list.tensors.push_back(ReadTensorProto(message.Message()));
        break;
      case kListFunction:
        list.functions.push_back(ReadFunctionName(message.Message()));
        break;
      default:
        break;
    }
  }
  return list;
}

}  // namespace

SourceAttr ReadAttrValue(WireReader message) {
  SourceAttr attr;
  while (message.Next()) {
    switch (message.field()) {
      case kList:
        attr = ReadList(message.Message());
        break;
      case kString:
        attr = message.String();
        break;
      case kInt:
        attr = message.Int();
        break;
      case kFloat:
        attr = message.Float();
        break;
      case kBool:
        attr = message.Bool();
        break;
      case kType:
        attr = TfTypeOf(message.Int());
        break;
      case kShape:
        attr = ReadShapeProto(message.Message());
        break;
      case kTensor:
        attr = ReadTensorProto(message.Message());
        break;
      case kFunction:
        attr = ReadFunctionName(message.Message());
        break;
      default:
        break;
    }
  }
  return attr;
}

}  // namespace stepwell::converter
