#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stepwell/base/tensor.h"
#include "stepwell/ir/graph.h"
#include "stepwell/ops/kernel.h"

namespace stepwell::runtime {

// Whether small ops that together are one known computation (a recurrence, a layer) run as one kernel. Results differ
// by rounding only; kOff is for comparison.
enum class Fusion : std::uint8_t { kOn, kOff };

struct PlanOptions {
  Fusion fusion = Fusion::kOn;
  ops::KernelSet kernels = ops::KernelSet::kFast;
  friend bool operator==(const PlanOptions&, const PlanOptions&) = default;
};

// What a plan is made for. Indices are those of the model's graph.
struct PlanRequest {
  std::vector<std::optional<Shape>> input_shapes = {};  // by input; nothing for an input that will not be given
  std::vector<std::size_t> outputs = {};                // none: all that the given inputs suffice for
  PlanOptions options = {};
  friend bool operator==(const PlanRequest&, const PlanRequest&) = default;
};

// Everything decided before the first run: kernels in order with their weights packed, and where each tensor lies.
// Immutable; shared by any number of sessions and threads; made by LoadedModel.
class Plan {
 public:
  // One tensor that the caller brings or takes.
  struct Port {
    std::size_t index = 0;  // of the model's input or output
    std::string name;
    TensorType type;
    bool may_be_rows = false;  // every kernel that touches it knows rows; see ops::ConstRows
  };
  // An output that was not asked for by name and cannot be computed.
  struct LeftOut {
    std::size_t output = 0;
    std::vector<std::size_t> missing_inputs;
  };

  // Where a tensor lies during a run.
  struct Place {
    enum class Home : std::uint8_t {
      kInput,     // index: into inputs()
      kOutput,    // index: into outputs()
      kArena,     // index: offset in bytes
      kConstant,  // index: into constants()
      kNowhere,   // a constant that its kernel has packed
    };
    Home home = Home::kNowhere;
    std::size_t index = 0;
  };
  struct Argument {
    TensorType type;
    Place place;
  };
  struct Step {
    std::string node;
    std::string op;
    std::unique_ptr<const ops::Kernel> kernel;
    std::vector<Argument> inputs;
    std::vector<Argument> outputs;
  };
  // Done after the last step: an output that is an input, a constant or another output too.
  struct Copy {
    Argument from;
    std::size_t output = 0;  // into outputs()
  };
  // A constant that kernels read as it is. The owner keeps its bytes.
  struct HeldConstant {
    ConstTensorView view;
    std::shared_ptr<const void> owner;
  };

  // The given inputs and the computed outputs, in the order in which a session takes them: that of the graph, or for
  // outputs asked for, that of the request.
  std::span<const Port> inputs() const { return inputs_; }
  std::span<const Port> outputs() const { return outputs_; }
  std::span<const LeftOut> left_out() const { return left_out_; }

  std::span<const Step> steps() const { return steps_; }
  std::span<const Copy> copies() const { return copies_; }
  std::span<const HeldConstant> constants() const { return constants_; }
  // What one session needs: the arena of intermediate tensors and the scratch that all kernels share.
  std::size_t arena_bytes() const { return arena_bytes_; }
  std::size_t scratch_bytes() const { return scratch_bytes_; }

 private:
  friend class PlanCompiler;
  Plan() = default;

  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
  std::vector<LeftOut> left_out_;
  std::vector<Step> steps_;
  std::vector<Copy> copies_;
  std::vector<HeldConstant> constants_;
  std::size_t arena_bytes_ = 0;
  std::size_t scratch_bytes_ = 0;
};

}  // namespace stepwell::runtime
