#include "stepwell/state/stream.h"

#include <fmt/format.h>

#include <cstring>

#include "stepwell/base/error.h"

namespace stepwell::state {
namespace {

std::string KindOf(const StreamPart* part) { return part == nullptr ? std::string() : std::string(part->kind()); }

std::string KindText(std::string_view kind) {
  return kind.empty() ? std::string("no application's memory") : fmt::format("memory of '{}'", kind);
}

void RequireModel(const Snapshot& snapshot, const StateLayout& layout) {
  if (snapshot.model_fingerprint == layout.model_fingerprint()) return;
  throw Error(
      ErrorKind::kInvalidArgument,
      fmt::format("the snapshot is of model '{}' (fingerprint {:016x}), the stream of model '{}' (fingerprint "
                  "{:016x})",
                  snapshot.model_name, snapshot.model_fingerprint, layout.model_name(), layout.model_fingerprint()));
}

void RequireStates(const Snapshot& snapshot, const StateLayout& layout) {
  const auto& slots = layout.slots();
  if (snapshot.states.size() != slots.size()) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the stream has {} states and the snapshot {}", slots.size(), snapshot.states.size()));
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Snapshot::StateTensor& found = snapshot.states[i];
    if (found.name == slots[i].name && found.type == slots[i].type) continue;
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("state '{}' of {} was expected and '{}' of {} found; open the stream with the snapshot's "
                            "batch",
                            slots[i].name, ToText(slots[i].type), found.name, ToText(found.type)));
  }
}

void RequireKind(const Snapshot& snapshot, const StreamPart* part) {
  const std::string expected = KindOf(part);
  if (snapshot.part_kind == expected) return;
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("the stream holds {} and the snapshot {}", KindText(expected), KindText(snapshot.part_kind)));
}

}  // namespace

Stream::Stream(std::shared_ptr<const StateLayout> layout, StreamOptions options)
    : state_(std::move(layout), options.rewind_depth), part_(std::move(options.part)) {}

void Stream::Step(Stepper& stepper, std::span<const ConstTensorView> inputs, std::span<const TensorView> outputs,
                  std::span<std::chrono::nanoseconds> step_times) {
  BeginStep();
  try {
    stepper.Step(state_, inputs, outputs, step_times);
  } catch (...) {
    AbandonStep();
    throw;
  }
  FinishStep();
}

void Stream::BeginStep() {
  if (keeps_parts()) past_parts_.push_back(SavePart());
}

void Stream::FinishStep() {
  ++call_number_;
  if (past_parts_.size() > state_.rewindable()) past_parts_.pop_front();
}

void Stream::AbandonStep() {
  if (keeps_parts()) past_parts_.pop_back();
}

void Stream::Reset() {
  std::unique_ptr<StreamPart> fresh = part_ == nullptr ? nullptr : part_->Fresh();
  state_.Reset();
  part_ = std::move(fresh);
  call_number_ = 0;
  past_parts_.clear();
}

Stream Stream::Fork() const {
  StreamOptions options{state_.rewind_depth(), part_ == nullptr ? nullptr : RestoredPart(SavePart(), "a fork")};
  Stream fork(state_.shared_layout(), std::move(options));
  fork.state_ = state_.Clone();
  fork.call_number_ = call_number_;
  return fork;
}

void Stream::Rewind(std::size_t calls) {
  if (calls == 0) return;
  std::unique_ptr<StreamPart> part;
  const bool has_part_then = part_ != nullptr && calls <= past_parts_.size();
  if (has_part_then) part = RestoredPart(past_parts_[past_parts_.size() - calls], "a rewound stream");
  state_.Rewind(calls);
  call_number_ -= calls;
  if (!has_part_then) return;
  part_ = std::move(part);
  past_parts_.resize(past_parts_.size() - calls);
}

std::vector<std::byte> Stream::Save() const {
  Snapshot snapshot;
  snapshot.model_fingerprint = layout().model_fingerprint();
  snapshot.model_name = layout().model_name();
  snapshot.call_number = call_number_;
  for (std::size_t i = 0; i < layout().slots().size(); ++i) {
    const ConstTensorView value = state_.Current(i);
    snapshot.states.push_back({layout().slots()[i].name, value.type, value.bytes()});
  }
  const Bytes part = SavePart();
  snapshot.part_kind = KindOf(part_.get());
  snapshot.part = part;
  return WriteSnapshot(snapshot);
}

void Stream::Restore(std::span<const std::byte> snapshot, std::string_view what) {
  While([&] { return fmt::format("restoring a stream from {}", what); },
        [&] { Restore(ReadSnapshot(snapshot, what)); });
}

void Stream::Restore(const Snapshot& snapshot) {
  RequireModel(snapshot, layout());
  RequireStates(snapshot, layout());
  RequireKind(snapshot, part_.get());
  std::unique_ptr<StreamPart> part =
      part_ == nullptr ? nullptr : RestoredPart(snapshot.part, "the application's part of the snapshot");
  state_.Reset();
  for (std::size_t i = 0; i < snapshot.states.size(); ++i) {
    state_.Set(i, {snapshot.states[i].type, snapshot.states[i].bytes.data()});
  }
  part_ = std::move(part);
  call_number_ = snapshot.call_number;
  past_parts_.clear();
}

Stream::Bytes Stream::SavePart() const {
  if (part_ == nullptr) return {};
  ByteWriter writer;
  part_->Save(writer);
  return writer.Take();
}

std::unique_ptr<StreamPart> Stream::RestoredPart(std::span<const std::byte> bytes, std::string_view what) const {
  std::unique_ptr<StreamPart> part = part_->Fresh();
  ByteReader reader(bytes, std::string(what));
  part->Restore(reader);
  reader.ExpectEnd();
  return part;
}

}  // namespace stepwell::state
