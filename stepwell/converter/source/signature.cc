#include "stepwell/converter/source/signature.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/source/graph_reader.h"

namespace stepwell::converter {
namespace {

// TensorInfo: 1 the tensor's name.
void ReadTensorEntry(WireReader entry, Signature::Tensors& tensors) {
  std::string key;
  std::string name;
  while (entry.Next()) {
    if (entry.field() == 1) key = entry.String();
    if (entry.field() != 2) continue;
    for (WireReader info = entry.Message(); info.Next();) {
      if (info.field() == 1) name = info.String();
    }
  }
  if (!name.empty()) tensors.insert_or_assign(std::move(key), ParseSourceOutput(name));
}

// SignatureDef: 1 inputs and 2 outputs, both maps of TensorInfo.
Signature ReadSignature(WireReader message) {
  Signature signature;
  while (message.Next()) {
    if (message.field() == 1) ReadTensorEntry(message.Message(), signature.inputs);
    if (message.field() == 2) ReadTensorEntry(message.Message(), signature.outputs);
  }
  return signature;
}

std::string NamesOf(const Signatures& signatures) {
  std::vector<std::string> names;
  for (const auto& [name, signature] : signatures) names.push_back(fmt::format("'{}'", name));
  return names.empty() ? "none" : Join(names, ", ");
}

}  // namespace

void ReadSignatureEntry(WireReader entry, Signatures& signatures) {
  std::string key;
  Signature signature;
  while (entry.Next()) {
    if (entry.field() == 1) key = entry.String();
    if (entry.field() == 2) signature = ReadSignature(entry.Message());
  }
  if (signature.outputs.empty()) return;
  signatures.insert_or_assign(std::move(key), std::move(signature));
}

const Signature* ChooseSignature(const Signatures& signatures, const std::string& name) {
  const auto found = signatures.find(name.empty() ? std::string(kDefaultSignature) : name);
  if (found != signatures.end()) return &found->second;
  if (!name.empty()) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("there is no signature '{}'; there are {}", name, NamesOf(signatures)));
  }
  return signatures.size() == 1 ? &signatures.begin()->second : nullptr;
}

}  // namespace stepwell::converter
