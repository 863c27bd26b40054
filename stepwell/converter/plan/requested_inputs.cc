#include "stepwell/converter/plan/requested_inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"

namespace stepwell::converter {
namespace {

[[noreturn]] void Refuse(const std::string& message) { throw Error(ErrorKind::kInvalidArgument, message); }

ResolvedTensor Resolve(const SourceEdges& edges, const TensorRequest& request, std::string_view flag) {
  return While([&] { return fmt::format("looking for '{}' of {}", request.text, flag); },
               [&] { return ResolveTensor(edges, request); });
}

bool IsSame(const ResolvedTensor& a, const ResolvedTensor& b) { return a.tensor == b.tensor && a.edge == b.edge; }

RequestedInput* Find(std::vector<RequestedInput>& inputs, const ResolvedTensor& resolved) {
  const auto found = std::find_if(inputs.begin(), inputs.end(),
                                  [&](const RequestedInput& input) { return IsSame(input.resolved, resolved); });
  return found == inputs.end() ? nullptr : &*found;
}

// One shape for every piece of --input, or one for every piece that is not frozen.
void GiveShapes(const std::vector<Shape>& shapes, std::vector<RequestedInput>& inputs) {
  std::vector<RequestedInput*> takers;
  for (RequestedInput& input : inputs) takers.push_back(&input);
  if (shapes.size() != takers.size()) {
    takers.erase(std::remove_if(takers.begin(), takers.end(), [](const auto* input) { return input->value; }),
                 takers.end());
  }
  if (shapes.size() != takers.size()) {
    Refuse(fmt::format("--input_shape has {} shapes for the {} pieces of --input; give one shape for each",
                       shapes.size(), inputs.size()));
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (takers[i]->shape) Refuse(fmt::format("'{}' has a shape in --input and in --input_shape", takers[i]->name));
    takers[i]->shape = shapes[i];
  }
}

void AddFreeze(const SourceEdges& edges, const FreezeRequest& freeze, std::vector<RequestedInput>& inputs) {
  const ResolvedTensor resolved = Resolve(edges, freeze.tensor, "--freeze_placeholder_with_value");
  RequestedInput* input = Find(inputs, resolved);
  if (input == nullptr) {
    inputs.push_back({freeze.tensor.text, resolved, std::nullopt, std::nullopt, freeze.value});
  } else if (input->value) {
    Refuse(fmt::format("'{}' is given two values", freeze.tensor.text));
  } else {
    input->value = freeze.value;
  }
}

}  // namespace

std::vector<RequestedInput> ResolveRequestedInputs(const SourceEdges& edges, const ConvertOptions& options) {
  std::vector<RequestedInput> inputs;
  for (const InputRequest& request : options.inputs) {
    const ResolvedTensor resolved = Resolve(edges, request.tensor, "--input");
    if (Find(inputs, resolved) != nullptr) Refuse(fmt::format("--input names '{}' twice", request.tensor.text));
    inputs.push_back({request.tensor.text, resolved, request.shape, request.dtype, request.value});
  }
  if (!options.inputs.empty() && !options.input_shapes.empty()) GiveShapes(options.input_shapes, inputs);
  for (const FreezeRequest& freeze : options.freezes) AddFreeze(edges, freeze, inputs);
  return inputs;
}

}  // namespace stepwell::converter
