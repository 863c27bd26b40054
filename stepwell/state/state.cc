#include "stepwell/state/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::state {

State::State(std::shared_ptr<const StateLayout> layout, std::size_t rewind_depth)
    : layout_(std::move(layout)),
      num_banks_(CheckedAdd(kBanks, rewind_depth)),
      banks_(CheckedMul(num_banks_, layout_->bank_bytes())) {
  Reset();
}

State State::Clone() const {
  State copy(layout_, rewind_depth());
  std::copy_n(Bank(current_), layout_->bank_bytes(), copy.Bank(copy.current_));
  return copy;
}

ConstTensorView State::Current(std::size_t slot) const {
  const StateLayout::Slot& at = layout_->slots()[slot];
  return {at.type, Bank(current_) + at.offset};
}

TensorView State::Next(std::size_t slot) {
  const StateLayout::Slot& at = layout_->slots()[slot];
  return {at.type, Bank((current_ + 1) % num_banks_) + at.offset};
}

void State::Commit() {
  current_ = (current_ + 1) % num_banks_;
  past_ = std::min(past_ + 1, rewind_depth());
}

void State::Set(std::size_t slot, const ConstTensorView& value) {
  STEPWELL_CHECK(slot < layout_->slots().size());
  const StateLayout::Slot& at = layout_->slots()[slot];
  if (value.type != at.type) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("state '{}' is {} and was given {}", at.name, ToText(at.type), ToText(value.type)));
  }
  std::copy_n(value.data, value.size_bytes(), Bank(current_) + at.offset);
}

void State::Reset() {
  const auto initial = layout_->initial_bank();
  std::copy(initial.begin(), initial.end(), Bank(current_));
  past_ = 0;
}

void State::Rewind(std::size_t calls) {
  if (calls > past_) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("{} calls were to be taken back, but only {} can be; the stream was opened with a rewind "
                            "depth of {}",
                            calls, past_, rewind_depth()));
  }
  current_ = (current_ + num_banks_ - calls) % num_banks_;
  past_ -= calls;
}

}  // namespace stepwell::state
