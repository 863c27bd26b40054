#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "stepwell/base/function_ref.h"
#include "stepwell/base/tensor.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::quantize {

// What a call of a model is given, beside its states.
struct FedTensor {
  std::size_t input = 0;  // of the model's graph
  Tensor value;
};
using ModelCall = std::vector<FedTensor>;
// Calls one after the other, the states carried from each to the next, from the declared initial ones on.
using CallSequence = std::vector<ModelCall>;

// Runs sequences through one model. Not thread-safe.
class CallRunner {
 public:
  // Computes these outputs of the model's graph in each call. The model must outlive it.
  CallRunner(const runtime::LoadedModel& model, std::vector<std::size_t> outputs);
  ~CallRunner();

  // From the initial states on.
  void Reset();
  // One call; the outputs, in the order asked for, are valid until the next one. Throws Error where a call does not fit
  // the model.
  std::span<const Tensor> Run(const ModelCall& call);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stepwell::quantize
