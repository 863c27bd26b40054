#include <fmt/format.h>

#include <algorithm>

#include "stepwell/ops/integer_elements.h"
#include "stepwell/ops/recurrent/lstm_computation.h"
#include "stepwell/ops/recurrent/recurrent_kernels.h"

namespace stepwell::ops::recurrent {
namespace {

using kernels::LstmExtent;

struct Extents {
  std::int64_t batch = 0;       // B
  std::int64_t frames = 0;      // T
  std::int64_t inputs = 0;      // I
  std::int64_t cells = 0;       // N
  std::int64_t directions = 1;  // D
};

// Runs frame by frame, because rows may end at different frames: the rows that still run write their output and state,
// the others keep theirs. A plan that knows better makes a FusedLstm of the op.
class LstmSequenceKernel final : public Kernel {
 public:
  LstmSequenceKernel(const Extents& extents, std::vector<bool> backward,
                     std::vector<std::shared_ptr<const LstmComputation>> directions)
      : extents_(extents), backward_(std::move(backward)), directions_(std::move(directions)) {}

  void Run(const KernelArgs& args) const override {
    const IntegerElements lengths(args.inputs[3]);
    RequireLengths(lengths);
    for (std::int64_t d = 0; d < extents_.directions; ++d) RunDirection(d, lengths, args);
  }

  std::size_t scratch_bytes() const override {
    std::size_t most = 0;
    for (const auto& direction : directions_) most = std::max(most, direction->ScratchBytes(OneFrame()));
    return BufferBytes() + most;
  }

  bool ReadsInput(int input) const override { return input < 4 || directions_[0]->ReadsWeights(); }

 private:
  // A frame's rows, the state before and after it, in scratch.
  struct Buffers {
    std::span<float> x;      // [B, I]
    std::span<float> old_h;  // [B, N]
    std::span<float> old_c;
    std::span<float> new_h;
    std::span<float> new_c;
  };

  LstmExtent OneFrame() const { return {.frames = 1, .batch = extents_.batch}; }
  std::size_t BufferBytes() const {
    const std::int64_t floats = extents_.batch * (extents_.inputs + 4 * extents_.cells);
    constexpr std::size_t kAlignment = AlignedBuffer::kAlignment;
    return (AsSize(floats) * sizeof(float) + kAlignment - 1) / kAlignment * kAlignment;
  }

  Buffers BuffersIn(std::span<std::byte> scratch) const {
    const std::size_t row = AsSize(extents_.batch * extents_.cells);
    const std::span<float> all(reinterpret_cast<float*>(scratch.data()), BufferBytes() / sizeof(float));
    const std::span<float> states = all.last(all.size() - AsSize(extents_.batch * extents_.inputs));
    return {.x = all.first(AsSize(extents_.batch * extents_.inputs)),
            .old_h = states.subspan(0, row),
            .old_c = states.subspan(row, row),
            .new_h = states.subspan(2 * row, row),
            .new_c = states.subspan(3 * row, row)};
  }

  void RequireLengths(const IntegerElements& lengths) const {
    for (std::int64_t b = 0; b < extents_.batch; ++b) {
      if (lengths[b] >= 0 && lengths[b] <= extents_.frames) continue;
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("length {} of row {} does not lie in 0 to {} frames", lengths[b], b, extents_.frames));
    }
  }

  void RunDirection(std::int64_t direction, const IntegerElements& lengths, const KernelArgs& args) const {
    const Buffers buffers = BuffersIn(args.scratch);
    TakeState(direction, args.inputs[1].as<float>(), buffers.old_h);
    TakeState(direction, args.inputs[2].as<float>(), buffers.old_c);
    ClearOutput(direction, args.outputs[0].as<float>());
    for (std::int64_t step = 0; step < extents_.frames; ++step) {
      TakeFrame(direction, step, lengths, args.inputs[0].as<float>(), buffers.x);
      directions_[AsSize(direction)]->Run(OneFrame(),
                                          {.x = buffers.x,
                                           .initial_h = buffers.old_h,
                                           .initial_c = buffers.old_c,
                                           .h_all = buffers.new_h,
                                           .c_all = buffers.new_c},
                                          args.inputs, args.scratch.subspan(BufferBytes()));
      PutFrame(direction, step, lengths, buffers, args.outputs[0].as<float>());
    }
    PutState(direction, buffers.old_h, args.outputs[1].as<float>());
    PutState(direction, buffers.old_c, args.outputs[2].as<float>());
  }

  // The frame that a row of that length meets at the step; frame 0 stands in for rows that have ended.
  std::int64_t FrameOf(std::int64_t direction, std::int64_t step, std::int64_t length) const {
    if (step >= length) return 0;
    return backward_[AsSize(direction)] ? length - 1 - step : step;
  }

  void TakeFrame(std::int64_t direction, std::int64_t step, const IntegerElements& lengths, std::span<const float> x,
                 std::span<float> frame) const {
    for (std::int64_t b = 0; b < extents_.batch; ++b) {
      const std::int64_t from = b * extents_.frames + FrameOf(direction, step, lengths[b]);
      const auto row = x.subspan(AsSize(from * extents_.inputs), AsSize(extents_.inputs));
      std::copy(row.begin(), row.end(), frame.begin() + b * extents_.inputs);
    }
  }

  // Rows that still run take over the new state and write it to Y.
  void PutFrame(std::int64_t direction, std::int64_t step, const IntegerElements& lengths, const Buffers& buffers,
                std::span<float> y) const {
    for (std::int64_t b = 0; b < extents_.batch; ++b) {
      if (step >= lengths[b]) continue;
      const std::int64_t first = (b * extents_.directions + direction) * extents_.frames;
      CopyCells(buffers.new_h, b, y, first + FrameOf(direction, step, lengths[b]));
      CopyCells(buffers.new_h, b, buffers.old_h, b);
      CopyCells(buffers.new_c, b, buffers.old_c, b);
    }
  }

  void ClearOutput(std::int64_t direction, std::span<float> y) const {
    const std::int64_t size = extents_.frames * extents_.cells;
    for (std::int64_t b = 0; b < extents_.batch; ++b) {
      const auto rows = y.subspan(AsSize((b * extents_.directions + direction) * size), AsSize(size));
      std::fill(rows.begin(), rows.end(), 0.0F);
    }
  }

  // Between a state [B, D, N] and the rows [B, N] of one direction.
  void TakeState(std::int64_t direction, std::span<const float> state, std::span<float> rows) const {
    for (std::int64_t b = 0; b < extents_.batch; ++b) CopyCells(state, b * extents_.directions + direction, rows, b);
  }
  void PutState(std::int64_t direction, std::span<const float> rows, std::span<float> state) const {
    for (std::int64_t b = 0; b < extents_.batch; ++b) CopyCells(rows, b, state, b * extents_.directions + direction);
  }
  // Row `from` of `source` to row `to` of `target`, both of N elements.
  void CopyCells(std::span<const float> source, std::int64_t from, std::span<float> target, std::int64_t to) const {
    const auto row = source.subspan(AsSize(from * extents_.cells), AsSize(extents_.cells));
    std::copy(row.begin(), row.end(), target.begin() + to * extents_.cells);
  }

  Extents extents_;
  std::vector<bool> backward_;  // by direction
  std::vector<std::shared_ptr<const LstmComputation>> directions_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeLstmSequenceKernel(const LstmSequence& op, const KernelSite& site) {
  RequireUsualActivations(op);
  const Shape& x = site.input_types[0].shape;
  const Extents extents{
      .batch = x[0], .frames = x[1], .inputs = x[2], .cells = op.hidden_size, .directions = op.num_directions()};
  std::vector<bool> backward;
  std::vector<std::shared_ptr<const LstmComputation>> directions;
  for (std::int64_t d = 0; d < extents.directions; ++d) {
    backward.push_back(op.direction == LstmSequence::Direction::kReverse || d == 1);
    const LstmForm form{.inputs = extents.inputs,
                        .cells = extents.cells,
                        .outputs = extents.cells,
                        .kernel = 4,
                        .recurrent = 5,
                        .bias = 6,
                        .peepholes = {},
                        .projection = {},
                        .weight_order = kernels::WeightOrder::kOutputsByInputs,
                        .gates = kernels::kOpenVinoLstmGates,
                        .gate_clip = op.clip,
                        .directions = extents.directions,
                        .direction = d};
    directions.push_back(MakeLstmComputation(form, site));
  }
  return std::make_unique<LstmSequenceKernel>(extents, std::move(backward), std::move(directions));
}

}  // namespace stepwell::ops::recurrent
