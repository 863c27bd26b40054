#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "stepwell/converter/convert.h"
#include "tests/support/model_runner.h"
#include "tests/support/random_tensor.h"

namespace stepwell::tests {

// A model of the folder models/, converted by the defaults; `path` and `checkpoint` from there on.
inline ir::Graph ConvertedModel(const std::filesystem::path& path, const std::filesystem::path& checkpoint = {}) {
  const std::filesystem::path models = STEPWELL_SOURCE_DIR "/models";
  converter::ConvertOptions options;
  options.source.model = models / path;
  if (!checkpoint.empty()) options.source.checkpoint = models / checkpoint;
  return converter::Convert(options).graph;
}

// All inputs of the shapes that they have in the source: random numbers in f32, integers of 1.
inline Tensors SomeInputs(const ir::Graph& graph) {
  testing::Random random(1);
  Tensors inputs;
  for (const ir::Input& input : graph.inputs()) {
    const DType dtype = graph.value(input.value).type.dtype;
    Tensor tensor({dtype, input.default_shape});
    if (dtype == DType::kF32) {
      tensor = testing::RandomFloats(random, input.default_shape, -1, 1);
    } else if (dtype == DType::kI32) {
      for (std::int32_t& element : tensor.as<std::int32_t>()) element = 1;
    }
    inputs.emplace(input.name, std::move(tensor));
  }
  return inputs;
}

}  // namespace stepwell::tests
