#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "stepwell/state/snapshot.h"
#include "stepwell/state/state.h"
#include "stepwell/state/stepper.h"
#include "stepwell/state/stream_part.h"

namespace stepwell::state {

struct StreamOptions {
  std::size_t rewind_depth = 0;                // how many calls Rewind() can take back
  std::unique_ptr<StreamPart> part = nullptr;  // the application's memory, as a new stream has it
};

// One sequence that a model is run along: its states, the application's memory of it, and how many calls it has made.
// Every operation either succeeds or leaves the stream as it was. Not thread-safe.
class Stream {
 public:
  // Starts from the declared initial values.
  explicit Stream(std::shared_ptr<const StateLayout> layout, StreamOptions options = {});
  Stream(Stream&&) noexcept = default;
  Stream& operator=(Stream&&) noexcept = default;

  // One call; see Stepper::Step. Allocates nothing unless there are calls and a part to take back.
  void Step(Stepper& stepper, std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
            std::span<std::chrono::nanoseconds> step_times = {});
  // As if it had just been opened.
  void Reset();
  // A stream that goes on from here on its own; it cannot be rewound to before.
  Stream Fork() const;
  // Back to just before the last `calls` calls, the application's memory included. Throws Error(kInvalidArgument) when
  // fewer can be taken back.
  void Rewind(std::size_t calls);
  std::size_t rewindable() const { return state_.rewindable(); }

  // All that Restore needs to go on bit for bit, in the form that docs/snapshot-format.md describes.
  std::vector<std::byte> Save() const;
  // Goes on where the snapshot was taken. Throws Error when it is damaged (kInvalidModel) or of another model, shape,
  // version or kind of part (kInvalidArgument), and says which. `what` names it in errors.
  void Restore(std::span<const std::byte> snapshot, std::string_view what = "the snapshot");
  void Restore(const Snapshot& snapshot);

  // Sets a state before a call, by slot; see State::Set.
  void SetState(std::size_t slot, const ConstTensorView& value) { state_.Set(slot, value); }
  const State& state() const { return state_; }
  const StateLayout& layout() const { return state_.layout(); }
  std::uint64_t call_number() const { return call_number_; }

  // Null when it was opened without. Reset, Restore and Rewind replace the object.
  StreamPart* part() { return part_.get(); }
  const StreamPart* part() const { return part_.get(); }

 private:
  friend class Batcher;

  using Bytes = std::vector<std::byte>;
  // What Step does around the call of the model, which commits the state: first, and after success or failure.
  void BeginStep();
  void FinishStep();
  void AbandonStep();
  bool keeps_parts() const { return part_ != nullptr && state_.rewind_depth() > 0; }
  Bytes SavePart() const;
  std::unique_ptr<StreamPart> RestoredPart(std::span<const std::byte> bytes, std::string_view what) const;

  State state_;
  std::unique_ptr<StreamPart> part_;
  std::uint64_t call_number_ = 0;
  std::deque<Bytes> past_parts_;  // what the part was before each call that can be taken back, oldest first
};

}  // namespace stepwell::state
