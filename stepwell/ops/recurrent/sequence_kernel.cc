#include "stepwell/ops/recurrent/sequence_kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "stepwell/ops/integer_elements.h"

namespace stepwell::ops::recurrent {
namespace {

class SequenceKernel final : public Kernel {
 public:
  explicit SequenceKernel(SequenceForm form) : form_(std::move(form)) {}

  void Run(const KernelArgs& args) const override {
    const IntegerElements lengths(args.inputs[LengthsInput()]);
    RequireLengths(lengths);
    for (std::size_t d = 0; d < form_.directions.size(); ++d) RunDirection(d, lengths, args);
  }

  std::size_t scratch_bytes() const override {
    std::size_t most = 0;
    for (const auto& way : form_.directions) most = std::max(most, way.step->ScratchBytes(form_.batch));
    return BufferBytes() + most;
  }

  bool ReadsInput(int input) const override {
    return AsSize(input) <= LengthsInput() || form_.directions[0].step->ReadsWeights();
  }

 private:
  static constexpr std::size_t kMostStates = 2;
  using Rows = std::array<std::span<float>, kMostStates>;  // by state; [B, N] each, empty for a state there is not

  // A frame's rows, the states before and after it, in scratch.
  struct Buffers {
    std::span<float> x;  // [B, I]
    Rows old_states;
    Rows new_states;
  };

  std::size_t LengthsInput() const { return 1 + NumStates(); }
  std::size_t NumStates() const { return AsSize(form_.states); }
  std::int64_t NumDirections() const { return static_cast<std::int64_t>(form_.directions.size()); }
  std::size_t BufferBytes() const {
    const std::int64_t floats = form_.batch * (form_.inputs + 2 * form_.states * form_.cells);
    constexpr std::size_t kAlignment = AlignedBuffer::kAlignment;
    return (AsSize(floats) * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
  }

  Buffers BuffersIn(std::span<std::byte> scratch) const {
    const std::size_t row = AsSize(form_.batch * form_.cells);
    std::span<float> rest(reinterpret_cast<float*>(scratch.data()), BufferBytes() / sizeof(float));
    const auto take = [&](std::size_t size) {
      const std::span<float> taken = rest.first(size);
      rest = rest.subspan(size);
      return taken;
    };
    Buffers buffers;
    buffers.x = take(AsSize(form_.batch * form_.inputs));
    for (std::size_t s = 0; s < NumStates(); ++s) {
      buffers.old_states[s] = take(row);
      buffers.new_states[s] = take(row);
    }
    return buffers;
  }

  void RequireLengths(const IntegerElements& lengths) const {
    for (std::int64_t b = 0; b < form_.batch; ++b) {
      if (lengths[b] >= 0 && lengths[b] <= form_.frames) continue;
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("length {} of row {} does not lie in 0 to {} frames", lengths[b], b, form_.frames));
    }
  }

  void RunDirection(std::size_t direction, const IntegerElements& lengths, const KernelArgs& args) const {
    const Buffers buffers = BuffersIn(args.scratch);
    const auto place = static_cast<std::int64_t>(direction);
    for (std::size_t s = 0; s < NumStates(); ++s) {
      TakeState(place, args.inputs[1 + s].as<float>(), buffers.old_states[s]);
    }
    ClearOutput(place, args.outputs[0].as<float>());
    for (std::int64_t step = 0; step < form_.frames; ++step) {
      TakeFrame(direction, step, lengths, args.inputs[0].as<float>(), buffers.x);
      form_.directions[direction].step->Run({.batch = form_.batch,
                                             .x = buffers.x,
                                             .h = buffers.old_states[0],
                                             .c = buffers.old_states[1],
                                             .new_h = buffers.new_states[0],
                                             .new_c = buffers.new_states[1]},
                                            args.inputs, args.scratch.subspan(BufferBytes()));
      PutFrame(direction, step, lengths, buffers, args.outputs[0].as<float>());
    }
    for (std::size_t s = 0; s < NumStates(); ++s) {
      PutState(place, buffers.old_states[s], args.outputs[1 + s].as<float>());
    }
  }

  // The frame that a row of that length meets at the step; frame 0 stands in for rows that have ended.
  std::int64_t FrameOf(std::size_t direction, std::int64_t step, std::int64_t length) const {
    if (step >= length) return 0;
    return form_.directions[direction].backward ? length - 1 - step : step;
  }

  void TakeFrame(std::size_t direction, std::int64_t step, const IntegerElements& lengths, std::span<const float> x,
                 std::span<float> frame) const {
    for (std::int64_t b = 0; b < form_.batch; ++b) {
      const std::int64_t from = b * form_.frames + FrameOf(direction, step, lengths[b]);
      const auto row = x.subspan(AsSize(from * form_.inputs), AsSize(form_.inputs));
      std::copy(row.begin(), row.end(), frame.begin() + b * form_.inputs);
    }
  }

  // Rows that still run take over the new states and write H to Y.
  void PutFrame(std::size_t direction, std::int64_t step, const IntegerElements& lengths, const Buffers& buffers,
                std::span<float> y) const {
    for (std::int64_t b = 0; b < form_.batch; ++b) {
      if (step >= lengths[b]) continue;
      const std::int64_t first = (b * NumDirections() + static_cast<std::int64_t>(direction)) * form_.frames;
      CopyCells(buffers.new_states[0], b, y, first + FrameOf(direction, step, lengths[b]));
      for (std::size_t s = 0; s < NumStates(); ++s) CopyCells(buffers.new_states[s], b, buffers.old_states[s], b);
    }
  }

  void ClearOutput(std::int64_t direction, std::span<float> y) const {
    const std::int64_t size = form_.frames * form_.cells;
    for (std::int64_t b = 0; b < form_.batch; ++b) {
      const auto rows = y.subspan(AsSize((b * NumDirections() + direction) * size), AsSize(size));
      std::fill(rows.begin(), rows.end(), 0.0F);
    }
  }

  // Between a state [B, D, N] and the rows [B, N] of one direction.
  void TakeState(std::int64_t direction, std::span<const float> state, std::span<float> rows) const {
    for (std::int64_t b = 0; b < form_.batch; ++b) CopyCells(state, b * NumDirections() + direction, rows, b);
  }
  void PutState(std::int64_t direction, std::span<const float> rows, std::span<float> state) const {
    for (std::int64_t b = 0; b < form_.batch; ++b) CopyCells(rows, b, state, b * NumDirections() + direction);
  }
  // Row `from` of `source` to row `to` of `target`, both of N elements.
  void CopyCells(std::span<const float> source, std::int64_t from, std::span<float> target, std::int64_t to) const {
    const auto row = source.subspan(AsSize(from * form_.cells), AsSize(form_.cells));
    std::copy(row.begin(), row.end(), target.begin() + to * form_.cells);
  }

  SequenceForm form_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeSequenceKernel(SequenceForm form) {
  return std::make_unique<SequenceKernel>(std::move(form));
}

}  // namespace stepwell::ops::recurrent
