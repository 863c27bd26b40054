#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "stepwell/base/tensor.h"
#include "stepwell/ir/graph.h"
#include "stepwell/ops/weight_cache.h"

namespace stepwell::ops {

// Where the rows of a tensor lie that is not in one piece: pointers to equal parts, which one after the other are its
// bytes. As many as the first axis of the plan's input or output has; empty for a tensor in one piece.
using ConstRows = std::span<const std::byte* const>;
using Rows = std::span<std::byte* const>;

// What a kernel may touch during a run. Outputs alias neither inputs nor each other; scratch is the session's, aligned
// to 64 bytes, at least scratch_bytes() long, with undefined content.
struct KernelArgs {
  std::span<const ConstTensorView> inputs;  // a constant that the kernel packed, and rows, may have null data
  std::span<const TensorView> outputs;      // rows may have null data
  std::span<std::byte> scratch;
  std::span<const ConstRows> input_rows = {};  // by input, or none at all; see Kernel::TakesRows
  std::span<const Rows> output_rows = {};      // by output, or none at all; see Kernel::GivesRows

  // Rows, or nothing for a tensor in one piece.
  ConstRows RowsOfInput(std::size_t input) const { return input_rows.empty() ? ConstRows() : input_rows[input]; }
  Rows RowsOfOutput(std::size_t output) const { return output_rows.empty() ? Rows() : output_rows[output]; }
};

// A prepared computation: weights packed, primitives built, sizes fixed. Const and shared by every session of a plan,
// from any thread. A run does not allocate.
class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual void Run(const KernelArgs& args) const = 0;
  virtual std::size_t scratch_bytes() const { return 0; }
  // Whether Run reads this input; false for a constant that was packed when the kernel was made.
  virtual bool ReadsInput(int) const { return true; }
  // Whether Run takes this input, or gives this output, as rows where they are lent as such.
  virtual bool TakesRows(int) const { return false; }
  virtual bool GivesRows(int) const { return false; }
};

// Plain loops that anyone can check against the formula, or the prepared kernels that run in a plan.
enum class KernelSet : std::uint8_t { kReference, kFast };

// Where a kernel will stand: the types around it (static shapes), the constants among its inputs, and the model's
// packed weights (null: pack for this kernel alone).
struct KernelSite {
  std::span<const TensorType> input_types;
  std::span<const TensorType> output_types;
  std::span<const ir::ConstantData* const> constants;  // null where the input is computed
  WeightCache* weights = nullptr;
  KernelSet set = KernelSet::kFast;
};

struct KernelRule {
  std::string_view op_name;
  std::unique_ptr<const Kernel> (*make)(const ir::Op&, const KernelSite&);
};

// Ties a typed factory to its op: KernelFor<LstmCell, MakeLstmCell>().
template <class ConcreteOp, auto Make>
constexpr KernelRule KernelFor() {
  return {ConcreteOp::kName,
          [](const ir::Op& op, const KernelSite& site) { return Make(static_cast<const ConcreteOp&>(op), site); }};
}

}  // namespace stepwell::ops
