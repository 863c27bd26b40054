#pragma once

#include <cstddef>
#include <memory>

#include "stepwell/base/memory.h"
#include "stepwell/base/tensor.h"
#include "stepwell/state/state_layout.h"

namespace stepwell::state {

// The recurrent tensors of one stream. A call reads the current bank and writes the next one; Commit() makes that the
// current one. A call that fails therefore leaves the state as it was, and inputs and outputs never overlap. Further
// banks keep what was current before, to go back to. Not thread-safe.
class State {
 public:
  // `rewind_depth`: how many calls Rewind() can take back at most.
  explicit State(std::shared_ptr<const StateLayout> layout, std::size_t rewind_depth = 0);
  State(State&&) noexcept = default;
  State& operator=(State&&) noexcept = default;

  // What it holds now, without its past; of the same depth.
  State Clone() const;

  const StateLayout& layout() const { return *layout_; }
  const std::shared_ptr<const StateLayout>& shared_layout() const { return layout_; }
  std::size_t rewind_depth() const { return num_banks_ - kBanks; }

  // Valid until the next Commit, Reset or Rewind.
  ConstTensorView Current(std::size_t slot) const;
  TensorView Next(std::size_t slot);

  void Commit();
  // Replaces what is current. Throws Error(kInvalidArgument) unless the type is the slot's.
  void Set(std::size_t slot, const ConstTensorView& value);
  // The initial value, without a past.
  void Reset();
  // How many calls can be taken back now.
  std::size_t rewindable() const { return past_; }
  // Takes back the last `calls` commits. Throws Error(kInvalidArgument) when there are fewer.
  void Rewind(std::size_t calls);

 private:
  static constexpr std::size_t kBanks = 2;  // the current one and the next

  std::byte* Bank(std::size_t index) { return banks_.data() + index * layout_->bank_bytes(); }
  const std::byte* Bank(std::size_t index) const { return banks_.data() + index * layout_->bank_bytes(); }

  std::shared_ptr<const StateLayout> layout_;
  std::size_t num_banks_;
  AlignedBuffer banks_;
  std::size_t current_ = 0;
  std::size_t past_ = 0;
};

}  // namespace stepwell::state
