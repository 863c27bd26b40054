#include "stepwell/passes/compute_node.h"

#include "stepwell/ops/registry.h"

namespace stepwell::passes {
namespace {

// Constants as kernels take them: types, and aligned views of them.
struct Arguments {
  explicit Arguments(std::span<const ir::ConstantData> inputs) {
    for (const ir::ConstantData& input : inputs) {
      types.push_back(input.type);
      views.emplace_back(input.type, held.emplace_back(input.AlignedBytes()).data());
    }
  }

  std::vector<TensorType> types;
  std::vector<SharedBytes> held;
  std::vector<ConstTensorView> views;
};

}  // namespace

std::vector<ir::ConstantData> ComputeNode(const ir::Op& op, std::span<const ir::ConstantData> inputs,
                                          std::span<const TensorType> output_types) {
  std::vector<const ir::ConstantData*> constants;
  for (const ir::ConstantData& input : inputs) constants.push_back(&input);
  return ComputeNode(op, inputs, constants, output_types, ops::KernelSet::kFast);
}

std::vector<ir::ConstantData> ComputeNode(const ir::Op& op, std::span<const ir::ConstantData> inputs,
                                          std::span<const ir::ConstantData* const> constants,
                                          std::span<const TensorType> output_types, ops::KernelSet set) {
  if (op.IsView()) return {ir::ConstantData::Of(output_types[0], inputs[0].bytes)};
  const Arguments arguments(inputs);
  const auto kernel = ops::MakeKernel(
      op, {.input_types = arguments.types, .output_types = output_types, .constants = constants, .set = set});
  std::vector<Tensor> outputs;
  std::vector<TensorView> output_views;
  outputs.reserve(output_types.size());
  for (const TensorType& type : output_types) output_views.push_back(outputs.emplace_back(type).view());
  AlignedBuffer scratch(kernel->scratch_bytes());
  kernel->Run({.inputs = arguments.views, .outputs = output_views, .scratch = scratch.span()});
  std::vector<ir::ConstantData> results;
  for (Tensor& output : outputs) results.push_back(ir::ConstantData::Of(std::move(output)));
  return results;
}

}  // namespace stepwell::passes
