#include "stepwell/apps/lm1b/word_input.h"

#include "stepwell/base/checked.h"

namespace stepwell::apps {
namespace {

// Where each of the plan's outputs lies in a word's memory.
std::vector<std::size_t> OffsetsOf(std::span<const runtime::Plan::Port> outputs) {
  std::vector<std::size_t> offsets{0};
  for (const runtime::Plan::Port& port : outputs) {
    constexpr std::size_t kAlignment = AlignedBuffer::kAlignment;
    offsets.push_back(offsets.back() + (port.type.bytes() + kAlignment - 1) / kAlignment * kAlignment);
  }
  return offsets;
}

}  // namespace

WordInput::WordInput(const WordNetwork& network, std::span<const runtime::Plan::Port> ports)
    : network_(&network), ports_(ports.begin(), ports.end()) {
  if (network.word_plan() != nullptr) session_.emplace(network.word_plan());
}

std::span<const ConstTensorView> WordInput::Make(const std::vector<std::int32_t>& characters) {
  if (!session_) {
    if (network_->ports().unique) split_.Find(characters);
    views_ = ViewsFor(ports_, characters);
    return views_;
  }
  word_ = network_->words().Find(characters);
  if (word_ == nullptr) {
    word_ = Compute(characters);
    network_->words().Add(characters, word_);
  }
  const std::vector<std::size_t> offsets = OffsetsOf(session_->plan().outputs());
  views_.clear();
  for (std::size_t index = 0; index < ports_.size(); ++index) {
    views_.emplace_back(ports_[index].type, word_->data() + offsets[index]);
  }
  return views_;
}

WordCache::Value WordInput::Compute(const std::vector<std::int32_t>& characters) {
  if (network_->ports().unique) split_.Find(characters);
  const std::span<const runtime::Plan::Port> outputs = session_->plan().outputs();
  const std::vector<std::size_t> offsets = OffsetsOf(outputs);
  auto tensors = std::make_shared<AlignedBuffer>(offsets.back());
  std::vector<TensorView> results;
  for (std::size_t index = 0; index < outputs.size(); ++index) {
    results.emplace_back(outputs[index].type, tensors->data() + offsets[index]);
  }
  session_->Run(ViewsFor(session_->plan().inputs(), characters), results);
  return tensors;
}

std::vector<ConstTensorView> WordInput::ViewsFor(std::span<const runtime::Plan::Port> ports,
                                                 const std::vector<std::int32_t>& characters) const {
  const std::optional<UniqueForm>& unique = network_->ports().unique;
  std::vector<ConstTensorView> views;
  for (const runtime::Plan::Port& port : ports) {
    const std::vector<std::int32_t>& values =
        !unique ? characters : (port.name == unique->values ? split_.values : split_.indices);
    views.emplace_back(port.type, std::as_bytes(std::span(values)).data());
  }
  return views;
}

}  // namespace stepwell::apps
