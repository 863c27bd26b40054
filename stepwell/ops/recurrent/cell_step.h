#pragma once

#include <memory>
#include <vector>

#include "stepwell/ops/kernel.h"
#include "stepwell/ops/recurrent/cell_attributes.h"
#include "stepwell/ops/recurrent/lstm_cell.h"

namespace stepwell::ops::recurrent {

// The tensors of one frame, f32, dense, not overlapping. Those of c are empty for cells without it.
struct CellArguments {
  std::int64_t batch = 0;    // B
  std::span<const float> x;  // [B, I]
  std::span<const float> h;  // [B, N]
  std::span<const float> c;
  std::span<float> new_h;
  std::span<float> new_c;
};

// A cell ready to run, one frame at a time. Immutable, free to share.
class CellStep {
 public:
  virtual ~CellStep() = default;
  virtual std::size_t ScratchBytes(std::int64_t batch) const = 0;
  // `inputs` are those of the node.
  virtual void Run(const CellArguments& arguments, std::span<const ConstTensorView> inputs,
                   std::span<std::byte> scratch) const = 0;
  // Whether Run reads weights and bias from `inputs`.
  virtual bool ReadsWeights() const = 0;
};

// Where a cell's weights stand: W, R and the bias follow each other among the inputs, maybe with a leading axis of
// directions, of which `direction` is the cell's place.
struct CellWeights {
  int first = 0;
  bool has_bias = true;
  std::int64_t inputs = 0;  // I
  std::int64_t directions = 1;
  std::int64_t direction = 0;
};

// What a cell computes from its gates. Places of the gates, formulas: lstm_cell.h, gru_rnn.h.
enum class CellKind : std::uint8_t { kLstm, kGru, kGruLinearBeforeReset, kRnn };

// The definition, whatever its activations are. Throws Error(kUnsupported) for unknown ones and types other than f32.
std::unique_ptr<const CellStep> MakeDefinedCell(CellKind kind, const CellAttributes& attributes,
                                                const CellWeights& weights, const KernelSite& site);
// The prepared kernel where the activations are the usual ones, else the definition.
std::unique_ptr<const CellStep> MakeLstmStep(const LstmAttributes& attributes, const CellWeights& weights,
                                             const KernelSite& site);

// The kernel of a node that is one step. Inputs: x, the states; outputs: the new states.
std::unique_ptr<const Kernel> MakeStepKernel(std::unique_ptr<const CellStep> step, std::int64_t batch);

}  // namespace stepwell::ops::recurrent
