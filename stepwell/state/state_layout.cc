#include "stepwell/state/state_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/ir/initial_value.h"

namespace stepwell::state {
namespace {

// StateVars name entries of their graph, and GraphBuilder checked that.
template <class Entry>
std::size_t IndexOf(std::span<const Entry> entries, const std::string& name) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
  STEPWELL_CHECK(found != entries.end());
  return static_cast<std::size_t>(found - entries.begin());
}

Shape FixedShape(const Shape& shape, const Shape& default_shape, std::optional<Dim> batch) {
  if (!shape.has_rank()) return default_shape;
  Shape fixed = shape;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == kDynamic) fixed[axis] = batch.value_or(default_shape[axis]);
  }
  return fixed;
}

std::size_t RoundUp(std::size_t bytes) {
  constexpr std::size_t kStep = AlignedBuffer::kAlignment;
  return CheckedAdd(bytes, kStep - 1) / kStep * kStep;
}

void RequireStatic(const ir::StateVar& state, const Shape& shape, const TensorType& declared) {
  if (shape.is_static() && ShapesAgree(shape, declared.shape)) return;
  throw Error(ErrorKind::kInvalidArgument, fmt::format("state '{}' is {} and cannot have the shape {}", state.name,
                                                       ToText(declared), ToText(shape)));
}

}  // namespace

std::shared_ptr<const StateLayout> StateLayout::Make(const runtime::LoadedModel& model, std::optional<Dim> batch) {
  std::vector<Shape> shapes;
  for (const ir::StateVar& state : model.graph().states()) {
    const ir::Input& input = model.graph().inputs()[IndexOf(model.graph().inputs(), state.input)];
    shapes.push_back(FixedShape(model.graph().value(input.value).type.shape, input.default_shape, batch));
  }
  return MakeShaped(model, shapes);
}

std::shared_ptr<const StateLayout> StateLayout::MakeShaped(const runtime::LoadedModel& model,
                                                           const std::vector<Shape>& shapes) {
  const ir::Graph& graph = model.graph();
  if (shapes.size() != graph.states().size()) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the model has {} states and {} shapes were given", graph.states().size(), shapes.size()));
  }
  const std::shared_ptr<StateLayout> layout(new StateLayout());
  layout->model_fingerprint_ = model.fingerprint();
  layout->model_name_ = graph.name();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const ir::StateVar& state = graph.states()[i];
    Slot slot{state.name, IndexOf(graph.inputs(), state.input), IndexOf(graph.outputs(), state.output), {}, 0};
    const TensorType& declared = graph.value(graph.inputs()[slot.input].value).type;
    RequireStatic(state, shapes[i], declared);
    slot.type = {declared.dtype, shapes[i]};
    slot.offset = layout->bank_bytes_;
    layout->bank_bytes_ = CheckedAdd(layout->bank_bytes_, RoundUp(slot.type.bytes()));
    layout->slots_.push_back(std::move(slot));
  }
  layout->FillInitialBank(graph.states());
  return layout;
}

void StateLayout::FillInitialBank(std::span<const ir::StateVar> states) {
  initial_ = AlignedBuffer(bank_bytes_);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Tensor value = ir::InitialValue(states[i], slots_[i].type);
    const std::size_t bytes = value.view().size_bytes();
    if (bytes > 0) std::memcpy(initial_.data() + slots_[i].offset, value.view().data, bytes);
  }
}

std::optional<std::size_t> StateLayout::FindSlotOfInput(std::size_t input) const {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].input == input) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> StateLayout::FindSlotOfOutput(std::size_t output) const {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].output == output) return i;
  }
  return std::nullopt;
}

bool StateLayout::IsSameAs(const StateLayout& other) const {
  if (this == &other) return true;
  const auto same = [](const Slot& a, const Slot& b) { return a.name == b.name && a.type == b.type; };
  return model_fingerprint_ == other.model_fingerprint_ &&
         std::equal(slots_.begin(), slots_.end(), other.slots_.begin(), other.slots_.end(), same);
}

}  // namespace stepwell::state
