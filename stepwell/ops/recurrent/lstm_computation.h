#pragma once

#include <memory>
#include <optional>
#include <string>

#include "stepwell/kernels/recurrent/lstm.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::ops::recurrent {

// Where the parts of one LSTM layer stand among a node's inputs and what they mean: what the kernels of LSTMCell,
// LSTMSequence and FusedLstm share. Clips of 0 do not bound.
struct LstmForm {
  std::int64_t inputs = 0;       // I
  bool gates_given = false;      // x is x W, and W is not read
  std::int64_t cells = 0;        // N
  std::int64_t outputs = 0;      // H
  int kernel = 0;                // W, or W and R joined
  std::optional<int> recurrent;  // R; none when joined
  std::optional<int> bias;       // none: zero
  std::optional<int> peepholes;  // the first of three: for i, f, o
  std::optional<int> projection;
  kernels::WeightOrder weight_order = kernels::WeightOrder::kInputsByOutputs;
  kernels::WeightOrder projection_order = kernels::WeightOrder::kInputsByOutputs;
  kernels::LstmGateOrder gates;
  float forget_bias = 0;
  float gate_clip = 0;
  float cell_clip = 0;
  // Weights and bias have a leading axis of this extent, of which `direction` is the layer's place.
  std::int64_t directions = 1;
  std::int64_t direction = 0;
};

// An LSTM layer ready to run, fast or by its definition. Immutable, free to share.
class LstmComputation {
 public:
  virtual ~LstmComputation() = default;
  virtual std::size_t ScratchBytes(const kernels::LstmExtent& extent) const = 0;
  // `inputs` are those of the node; c_all must not be empty.
  virtual void Run(const kernels::LstmExtent& extent, const kernels::LstmArguments& arguments,
                   std::span<const ConstTensorView> inputs, std::span<std::byte> scratch) const = 0;
  // Whether Run takes initial states whose rows lie apart.
  virtual bool TakesRows() const = 0;
  // Whether Run reads the weights, bias and so on from `inputs`.
  virtual bool ReadsWeights() const = 0;
};

// The fast one where the site asks for it and all parts are constants, packed once for all plans of the model; else the
// definition, which reads the parts at every run. Throws Error(kUnsupported) for types other than f32.
std::shared_ptr<const LstmComputation> MakeLstmComputation(const LstmForm& form, const KernelSite& site);

}  // namespace stepwell::ops::recurrent
