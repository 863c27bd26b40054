#include "stepwell/state/independence.h"

#include <algorithm>
#include <random>

namespace stepwell::state {
namespace {

constexpr std::size_t kStreams = 2;

Tensor RandomTensor(const TensorType& type, std::size_t stream, std::mt19937& random) {
  Tensor tensor(type);
  if (type.dtype == DType::kF32) {
    for (float& value : tensor.as<float>()) value = static_cast<float>(random() % 2001) / 1000 - 1;
  } else if (stream == 0) {
    const std::span<std::byte> bytes = tensor.view().bytes();
    const std::size_t width =
        std::max<std::size_t>(bytes.size() / AsSize(std::max<Dim>(type.shape.num_elements(), 1)), 1);
    for (std::size_t at = 0; at < bytes.size(); at += width) bytes[at] = std::byte{1};  // little endian
  }
  return tensor;
}

bool IsSame(const ConstTensorView& a, const ConstTensorView& b) {
  return std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin(), b.bytes().end());
}

}  // namespace

RandomStreams::RandomStreams(const std::shared_ptr<const StateLayout>& layout,
                             std::span<const runtime::Plan::Port> inputs,
                             std::span<const runtime::Plan::Port> outputs) {
  std::mt19937 random(1);
  for (std::size_t i = 0; i < kStreams; ++i) {
    Stream& stream = streams_.emplace_back(Stream{State(layout), {}, {}, {}, {}});
    for (std::size_t slot = 0; slot < layout->slots().size(); ++slot) {
      stream.state.Set(slot, RandomTensor(layout->slots()[slot].type, i, random).view());
    }
    for (const runtime::Plan::Port& port : inputs) stream.inputs.push_back(RandomTensor(port.type, i, random));
    for (const runtime::Plan::Port& port : outputs) stream.outputs.emplace_back(port.type);
    for (const Tensor& input : stream.inputs) stream.input_views.push_back(input.view());
    for (Tensor& output : stream.outputs) stream.output_views.push_back(output.view());
  }
  for (Stream& stream : streams_) rows_.push_back({&stream.state, stream.input_views, stream.output_views});
}

bool RandomStreams::IsSameAs(const RandomStreams& other) const {
  for (std::size_t i = 0; i < kStreams; ++i) {
    const Stream& a = streams_[i];
    const Stream& b = other.streams_[i];
    for (std::size_t slot = 0; slot < a.state.layout().slots().size(); ++slot) {
      if (!IsSame(a.state.Current(slot), b.state.Current(slot))) return false;
    }
    for (std::size_t output = 0; output < a.outputs.size(); ++output) {
      if (!IsSame(a.outputs[output].view(), b.outputs[output].view())) return false;
    }
  }
  return true;
}

}  // namespace stepwell::state
