#include "stepwell/converter/plan/apply_signature.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::converter {
namespace {

TensorRequest RequestFor(const std::string& key, const SourceOutput& tensor) {
  return {key, tensor.node, tensor.port, std::nullopt};
}

// What a user calls by a signature's key.
void Translate(const Signature::Tensors& tensors, TensorRequest& request) {
  const auto found = tensors.find(request.text);
  if (found != tensors.end()) request = RequestFor(found->first, found->second);
}

// By NodeIndex: what the wanted outputs depend on. Names that are not in the graph are refused later, with a hint.
std::vector<bool> NeededFor(const SourceEdges& edges, const std::vector<TensorRequest>& outputs) {
  std::vector<NodeIndex> roots;
  for (const TensorRequest& output : outputs) {
    if (const auto node = edges.graph().FindIndex(output.node)) roots.push_back(*node);
  }
  return NodesBehind(edges, roots, Follow::kData, [](NodeIndex) { return true; });
}

void AddInputs(const SourceEdges& edges, const Signature& signature, ConvertOptions& options) {
  const std::vector<bool> needed = NeededFor(edges, options.outputs);
  for (const auto& [key, tensor] : signature.inputs) {
    const auto node = edges.graph().FindIndex(tensor.node);
    if (!node || needed[*node]) options.inputs.push_back({RequestFor(key, tensor), {}, {}, {}});
  }
}

}  // namespace

ConvertOptions WithSignature(const SourceEdges& edges, const Signature& signature, ConvertOptions options) {
  for (InputRequest& input : options.inputs) Translate(signature.inputs, input.tensor);
  for (FreezeRequest& freeze : options.freezes) Translate(signature.inputs, freeze.tensor);
  for (TensorRequest& output : options.outputs) Translate(signature.outputs, output);
  const bool chose_outputs = !options.outputs.empty();
  for (const auto& [key, tensor] : signature.outputs) {
    if (!chose_outputs) options.outputs.push_back(RequestFor(key, tensor));
  }
  if (options.inputs.empty()) AddInputs(edges, signature, options);
  return options;
}

const Signature* SignatureFor(const LoadedSource& source, const ConvertOptions& options) {
  if (source.kind != SourceKind::kSavedModel && options.signature.empty()) return nullptr;
  const Signature* const signature = ChooseSignature(source.signatures, options.signature);
  const bool is_needed = options.inputs.empty() || options.outputs.empty();
  if (signature != nullptr || source.signatures.empty() || !is_needed) return signature;
  std::vector<std::string> names;
  for (const auto& entry : source.signatures) names.push_back(fmt::format("'{}'", entry.first));
  throw Error(
      ErrorKind::kInvalidArgument,
      fmt::format("the SavedModel has several signatures and none is called '{}'; choose one with --signature: {}",
                  kDefaultSignature, Join(names, ", ")));
}

}  // namespace stepwell::converter
