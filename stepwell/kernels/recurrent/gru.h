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

// Places of the three gates along the 3*cells axis of weights and bias: update ("z", "u"), reset, candidate ("h", "c").
struct GruGateOrder {
  int update = 0;
  int reset = 1;
  int candidate = 2;
};
inline constexpr GruGateOrder kOpenVinoGruGates{.update = 0, .reset = 1, .candidate = 2};
// TensorFlow's GRUCell and GRUBlockCell, whose candidate has matrices of its own.
inline constexpr GruGateOrder kTensorFlowGruGates{.update = 1, .reset = 0, .candidate = 2};

// What the reset gate is multiplied by.
enum class GruReset : std::uint8_t {
  kState,    // the old state, before its product with the candidate's weights
  kProduct,  // that product and a bias of its own (OpenVINO's linear_before_reset)
};

// A GRU layer's constants, as a model stores them. Spans are read during construction of GruLayer only.
struct GruWeights {
  WeightSource input;      // [I, 3N]
  WeightSource recurrent;  // [N, 3N]
  GruGateOrder order;
  GruReset reset = GruReset::kState;
  std::span<const float> bias = {};          // [3N] or empty
  std::span<const float> product_bias = {};  // [N] or empty: of kProduct, added to the product
  std::optional<float> clip = {};            // bounds the sums before the activations
};

// The tensors of one call, fp32, dense, not overlapping.
struct GruArguments {
  std::span<const float> x;          // [T, B, I], or as the extent's order says
  std::span<const float> initial_h;  // [B, N]
  std::span<float> h_all;            // as x: [T, B, N]
};

// One GRU layer over a sequence. With s = sigmoid, and [gate] the gate's part of x W + b:
//   z = s([z] + h Rz)   r = s([r] + h Rr)   g = tanh([g] + (r * h) Rg), or tanh([g] + r * (h Rg + product_bias))
//   h' = (1 - z) * g + z * h
// (OpenVINO's GRUCell; TensorFlow's GRUCell and GRUBlockCell; Cho et al. 2014, arXiv:1406.1078.)
// The input's part is computed for many frames at once; each worker keeps to its own contiguous slice of the weights,
// and all meet at one barrier a phase: a step has one phase with kProduct, two with kState. Results do not depend, to
// the bit, on the number of frames in a call, the batch or the threads. Activations are multiplied as fp32, weights as
// they are stored. Immutable, free to share.
class GruLayer {
 public:
  // Throws Error(kInvalidModel) when the sizes contradict each other. The matrices are of `blocks`.
  explicit GruLayer(const GruWeights& weights, WorkerTeam& team = WorkerTeam::Shared(),
                    PackedBlocks& blocks = PackedBlocks::Fresh());

  std::int64_t inputs() const { return input_.inputs(); }     // I
  std::int64_t cells() const { return recurrent_.inputs(); }  // N
  std::size_t weight_bytes() const { return input_.bytes() + recurrent_.bytes(); }

  // Memory that Run works in, aligned to 64 bytes.
  std::size_t ScratchBytes(const SequenceExtent& extent) const;
  // Allocates nothing.
  void Run(const SequenceExtent& extent, const GruArguments& arguments, std::span<std::byte> scratch,
           WorkerTeam& team = WorkerTeam::Shared()) const;

 private:
  friend class GruRun;

  PackedMatrix input_;               // outputs in blocks of 64 cells: 64 z, 64 r, 64 g
  PackedMatrix recurrent_;           // the same
  std::vector<float> bias_;          // in the packed order
  std::vector<float> product_bias_;  // of each cell, filled up with zeros; empty: none
  GruReset reset_;
  float clip_;  // infinity: none
};

}  // namespace stepwell::kernels
