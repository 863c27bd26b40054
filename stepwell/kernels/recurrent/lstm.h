#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/kernels/gemm/packed_matrix.h"
#include "stepwell/kernels/gemm/weight_source.h"
#include "stepwell/kernels/recurrent/sequence_extent.h"

namespace stepwell::kernels {

// Places of the four gates along the 4*cells axis of weights and bias: input, candidate ("c", "g", "j"), forget,
// output.
struct LstmGateOrder {
  int input = 0;
  int candidate = 1;
  int forget = 2;
  int output = 3;
};
inline constexpr LstmGateOrder kTensorFlowLstmGates{.input = 0, .candidate = 1, .forget = 2, .output = 3};
inline constexpr LstmGateOrder kOpenVinoLstmGates{.input = 1, .candidate = 2, .forget = 0, .output = 3};

// An LSTM layer's constants, as a model stores them. Spans are read during construction of LstmLayer only.
struct LstmWeights {
  WeightSource input;      // [I, 4N]; I = 0 where the caller gives the input's part of the gates
  WeightSource recurrent;  // [H, 4N]; H = P with a projection, else N
  LstmGateOrder order;
  std::span<const float> bias = {};             // [4N] or empty
  float forget_bias = 0;                        // added to the forget gate's bias
  std::span<const float> input_peephole = {};   // [N] or empty: on the old cell
  std::span<const float> forget_peephole = {};  // [N] or empty: on the old cell
  std::span<const float> output_peephole = {};  // [N] or empty: on the new cell
  std::optional<WeightSource> projection = {};  // [N, P]
  std::optional<float> gate_clip = {};          // bounds the sums before the activations (OpenVINO's `clip`)
  std::optional<float> cell_clip = {};          // bounds the new cell (TensorFlow's `cell_clip`)
  std::optional<float> projection_clip = {};    // bounds the projected output
};

using LstmExtent = SequenceExtent;

// The tensors of one call, fp32, dense, not overlapping (c_all may be empty when only the last cell state is wanted;
// then c_last must not be). The rows of the initial states may lie apart: then h_rows or c_rows point to each, and
// initial_h or initial_c is empty.
struct LstmArguments {
  std::span<const float> x;                       // [T, B, I]
  std::span<const float> initial_h;               // [B, H]
  std::span<const float> initial_c;               // [B, N]
  std::span<float> h_all;                         // [T, B, H]
  std::span<float> c_all = {};                    // [T, B, N] or empty
  std::span<float> c_last = {};                   // [B, N] or empty
  std::span<const std::byte* const> h_rows = {};  // [B] pointers to [H] or empty
  std::span<const std::byte* const> c_rows = {};  // [B] pointers to [N] or empty
  // [T, B, 4N] in the weights' order, or empty: what the sums of the gates begin with. With the product of x and the
  // input's weights here, as Multiply() gives it, and a layer of no inputs, the results have the bits of the whole
  // layer.
  std::span<const float> input_gates = {};
};

// One LSTM layer over a sequence. With s = sigmoid, and [gate] the gate's part of x W + h R + b:
//   i = s([i] + wi * c_old)          f = s([f] + wf * c_old)        g = tanh([g])
//   c = clip(f * c_old + i * g)      o = s([o] + wo * c)            h = o * tanh(c), or clip((o * tanh(c)) P)
// (TensorFlow's BlockLSTM; OpenVINO's LSTMCell; with peepholes and projection Sak et al. 2014, arXiv:1402.1128.)
// The input's part of the gates is computed for many frames at once, the recurrent part at the speed of memory: each
// worker keeps to its own contiguous slice of the weights, all workers meet at one barrier a step, and none is woken
// between steps. Weights for activations of 8-bit integers (see PackedMatrix) are multiplied by x, by the last output
// and by what is projected rounded to those, row by row as they come. Results do not depend, to the bit, on the number
// of frames in a call, the batch or the threads. Immutable, free to share.
class LstmLayer {
 public:
  // Throws Error(kInvalidModel) when the sizes contradict each other. The matrices are of `blocks`.
  explicit LstmLayer(const LstmWeights& weights, WorkerTeam& team = WorkerTeam::Shared(),
                     PackedBlocks& blocks = PackedBlocks::Fresh());

  std::int64_t inputs() const { return input_.inputs(); }       // I
  std::int64_t cells() const { return cells_; }                 // N
  std::int64_t outputs() const { return recurrent_.inputs(); }  // H
  bool has_projection() const { return projection_.inputs() > 0; }
  std::size_t weight_bytes() const { return input_.bytes() + recurrent_.bytes() + projection_.bytes(); }

  // Memory that Run works in on that team, aligned to 64 bytes.
  std::size_t ScratchBytes(const LstmExtent& extent, const WorkerTeam& team = WorkerTeam::Shared()) const;
  // Allocates nothing.
  void Run(const LstmExtent& extent, const LstmArguments& arguments, std::span<std::byte> scratch,
           WorkerTeam& team = WorkerTeam::Shared()) const;

 private:
  friend class LstmRun;

  std::int64_t cells_ = 0;
  LstmGateOrder order_;           // of input_gates
  PackedMatrix input_;            // outputs in blocks of 16 cells: 16 i, 16 g, 16 f, 16 o
  PackedMatrix recurrent_;        // the same
  PackedMatrix projection_;       // empty without projection
  std::vector<float> bias_;       // in the packed order
  std::vector<float> peepholes_;  // empty, or per block of 16 cells: 16 for i, 16 for f, 16 for o
  float gate_clip_;               // infinity: none
  float cell_clip_;
  float projection_clip_;
};

}  // namespace stepwell::kernels
