#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/base/tensor.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::state {

// Where each state variable of a model lies in a bank of memory, and what it starts from. Immutable; shared by all
// streams of a model that have one batch, free to use from any thread.
class StateLayout {
 public:
  struct Slot {
    std::string name;        // StateVar::name
    std::size_t input = 0;   // of the model's graph
    std::size_t output = 0;  // of the model's graph; two slots may share one
    TensorType type;         // static
    std::size_t offset = 0;  // bytes into a bank, a multiple of AlignedBuffer::kAlignment
  };

  // The states of the model, free dimensions (rows of a batch) set to `batch`; without one, to those of the source.
  // Throws Error(kInvalidArgument) when a state's initial value does not fit, or a free dimension is not known.
  static std::shared_ptr<const StateLayout> Make(const runtime::LoadedModel& model,
                                                 std::optional<Dim> batch = std::nullopt);
  // The same with each state of the given shape, in the order of the graph's states.
  static std::shared_ptr<const StateLayout> MakeShaped(const runtime::LoadedModel& model,
                                                       const std::vector<Shape>& shapes);

  const std::vector<Slot>& slots() const { return slots_; }
  std::size_t bank_bytes() const { return bank_bytes_; }  // a multiple of AlignedBuffer::kAlignment
  // A bank as a new stream has it.
  std::span<const std::byte> initial_bank() const { return initial_.span(); }
  std::uint64_t model_fingerprint() const { return model_fingerprint_; }
  const std::string& model_name() const { return model_name_; }

  // The slot that takes this input of the graph, or the first one that this output feeds; nothing when it is no
  // state's.
  std::optional<std::size_t> FindSlotOfInput(std::size_t input) const;
  std::optional<std::size_t> FindSlotOfOutput(std::size_t output) const;
  // Whether states of the two may stand for each other: one model, one set of shapes.
  bool IsSameAs(const StateLayout& other) const;

 private:
  StateLayout() = default;
  void FillInitialBank(std::span<const ir::StateVar> states);

  std::vector<Slot> slots_;
  std::size_t bank_bytes_ = 0;
  AlignedBuffer initial_;
  std::uint64_t model_fingerprint_ = 0;
  std::string model_name_;
};

}  // namespace stepwell::state
