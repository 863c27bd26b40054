#include <algorithm>
#include <array>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/tile.h"
#include "stepwell/kernels/recurrent/gru.h"
#include "stepwell/kernels/recurrent/gru_gates.h"

namespace stepwell::kernels {
namespace {

// Rows whose input part is computed ahead of the steps, unless one frame has more.
constexpr std::int64_t kRowsAhead = 48;
// With fewer multiply-adds in a step (some 4 µs), meeting at barriers costs more than a second thread saves.
constexpr std::int64_t kLeastForTeam = 1 << 18;

// Panels of a block.
enum Gate : std::int64_t { kUpdate, kReset, kCandidate, kGates };

std::int64_t FramesAhead(const SequenceExtent& extent) {
  return std::clamp(kRowsAhead / std::max<std::int64_t>(extent.batch, 1), std::int64_t{1},
                    std::max<std::int64_t>(extent.frames, 1));
}

class NoBarrier final : public WorkerTeam::Barrier {
 public:
  void Wait() override {}
};

}  // namespace

// One call of GruLayer::Run, shared by the members of the team.
class GruRun {
 public:
  GruRun(const GruLayer& layer, const SequenceExtent& extent, const GruArguments& arguments, float* scratch)
      : layer_(layer), extent_(extent), arguments_(arguments), frames_ahead_(FramesAhead(extent)), gates_(scratch) {
    reset_states_ = gates_ + GatesElements(layer, extent);
  }

  static std::int64_t GatesElements(const GruLayer& layer, const SequenceExtent& extent) {
    return layer.recurrent_.panels() * kPanelWidth * FramesAhead(extent) * extent.batch;
  }
  static std::int64_t ResetElements(const GruLayer& layer, const SequenceExtent& extent) {
    return layer.reset_ == GruReset::kState ? extent.batch * layer.cells() : 0;
  }

  // All that `member` of `members` does. Its panels of the weights are the same in every step and every call.
  void Work(int member, int members, WorkerTeam::Barrier& barrier) const {
    const Range blocks = PartOf(layer_.recurrent_.panels() / kGates, 1, member, members);
    for (std::int64_t first = 0; first < extent_.frames; first += frames_ahead_) {
      const std::int64_t end = std::min(first + frames_ahead_, extent_.frames);
      ComputeInputParts(blocks, first, end);
      for (std::int64_t frame = first; frame < end; ++frame) {
        ForEachStretch(blocks, frame, frame - first, [&](const Stretch& stretch) { OpenGates(stretch); });
        if (layer_.reset_ == GruReset::kState) {
          barrier.Wait();
          ForEachStretch(blocks, frame, frame - first, [&](const Stretch& stretch) { MixAfterReset(stretch); });
        }
        barrier.Wait();
      }
    }
  }

 private:
  // Some rows of the batch and a block of cells at one frame.
  struct Stretch {
    std::int64_t frame;
    std::int64_t frame_ahead;
    std::int64_t block;
    std::int64_t first_row;
    std::int64_t rows;
  };

  template <class Body>
  void ForEachStretch(Range blocks, std::int64_t frame, std::int64_t frame_ahead, Body body) const {
    for (std::int64_t index = blocks.begin; index < blocks.end; ++index) {
      // Back and forth: what the last step read last is still cached.
      const std::int64_t block = frame % 2 == 0 ? index : blocks.begin + blocks.end - 1 - index;
      for (std::int64_t row = 0; row < extent_.batch; row += kMostTileRows) {
        body(Stretch{frame, frame_ahead, block, row, std::min(kMostTileRows, extent_.batch - row)});
      }
    }
  }

  const float* Input(std::int64_t frame, std::int64_t row) const {
    return arguments_.x.data() + extent_.Place(frame, row) * layer_.inputs();
  }
  const float* OldState(std::int64_t frame, std::int64_t row) const {
    return frame == 0 ? arguments_.initial_h.data() + row * layer_.cells() : NewState(frame - 1, row);
  }
  float* NewState(std::int64_t frame, std::int64_t row) const {
    return arguments_.h_all.data() + extent_.Place(frame, row) * layer_.cells();
  }
  float* ResetState(std::int64_t row) const { return reset_states_ + row * layer_.cells(); }
  // The sums of one panel: [frames ahead, batch, kPanelWidth]; a member's panels lie together.
  float* Sums(std::int64_t panel, std::int64_t row_ahead) const {
    return gates_ + (panel * frames_ahead_ * extent_.batch + row_ahead) * kPanelWidth;
  }
  float* Sums(const Stretch& stretch, Gate gate) const {
    return Sums(stretch.block * kGates + gate, stretch.frame_ahead * extent_.batch + stretch.first_row);
  }

  // x W of frames [first_frame, end_frame).
  void ComputeInputParts(Range blocks, std::int64_t first_frame, std::int64_t end_frame) const {
    const std::int64_t rows = (end_frame - first_frame) * extent_.batch;
    for (std::int64_t begin = 0; begin < rows; begin += kMostTileRows) {
      const std::int64_t count = std::min(kMostTileRows, rows - begin);
      std::array<const float*, kMostTileRows> inputs;
      for (std::int64_t m = 0; m < count; ++m) {
        inputs[AsSize(m)] = Input(first_frame + (begin + m) / extent_.batch, (begin + m) % extent_.batch);
      }
      const KeptInputs kept =
          layer_.input_.is_finite() ? KeptInputs(inputs.data(), count, layer_.inputs()) : KeptInputs();
      for (std::int64_t panel = blocks.begin * kGates; panel < blocks.end * kGates; ++panel) {
        float* sums = Sums(panel, begin);
        std::fill_n(sums, count * kPanelWidth, 0.0F);
        AddPanelProduct({.a = inputs.data(),
                         .rows = count,
                         .panel = layer_.input_.panel(panel),
                         .inputs = layer_.inputs(),
                         .next_panel = panel + 1 < blocks.end * kGates ? layer_.input_.panel(panel + 1).rows : nullptr,
                         .kept = kept.IfAnySkipped(),
                         .tile = sums});
      }
    }
  }

  // tile += (the rows that row_at gives) R, of one gate; `next` will be multiplied after it.
  template <class RowAt>
  void AddRecurrentPart(const Stretch& stretch, Gate gate, Gate next, RowAt row_at, float* tile) const {
    std::array<const float*, kMostTileRows> rows;
    for (std::int64_t m = 0; m < stretch.rows; ++m) rows[AsSize(m)] = row_at(stretch.first_row + m);
    const std::int64_t first_panel = stretch.block * kGates;
    AddPanelProduct({.a = rows.data(),
                     .rows = stretch.rows,
                     .panel = layer_.recurrent_.panel(first_panel + gate),
                     .inputs = layer_.cells(),
                     .next_panel = next == kGates ? nullptr : layer_.recurrent_.panel(first_panel + next).rows,
                     .tile = tile});
  }

  // Where nothing but the product is reset, goes on to the new states.
  void OpenGates(const Stretch& stretch) const {
    const auto old_state = [&](std::int64_t row) { return OldState(stretch.frame, row); };
    const bool resets_product = layer_.reset_ == GruReset::kProduct;
    AddRecurrentPart(stretch, kUpdate, kReset, old_state, Sums(stretch, kUpdate));
    AddRecurrentPart(stretch, kReset, resets_product ? kCandidate : kGates, old_state, Sums(stretch, kReset));
    Tile products(stretch.rows);
    if (resets_product) {
      products.StartWithZeros();
      AddRecurrentPart(stretch, kCandidate, kGates, old_state, products.data());
    }
    for (std::int64_t m = 0; m < stretch.rows; ++m) {
      GruBlock block = BlockOf(stretch, m);
      OpenGruGates(block);
      if (!resets_product) continue;
      block.product = products.row(m);
      MixGruStates(block);
    }
  }

  void MixAfterReset(const Stretch& stretch) const {
    AddRecurrentPart(
        stretch, kCandidate, kGates, [&](std::int64_t row) { return ResetState(row); }, Sums(stretch, kCandidate));
    for (std::int64_t m = 0; m < stretch.rows; ++m) MixGruStates(BlockOf(stretch, m));
  }

  GruBlock BlockOf(const Stretch& stretch, std::int64_t m) const {
    const std::int64_t row = stretch.first_row + m, cell = stretch.block * kGruBlock;
    return {.update = Sums(stretch, kUpdate) + m * kPanelWidth,
            .reset = Sums(stretch, kReset) + m * kPanelWidth,
            .candidate = Sums(stretch, kCandidate) + m * kPanelWidth,
            .bias = layer_.bias_.data() + cell * kGates,
            .product_bias = layer_.product_bias_.empty() ? nullptr : layer_.product_bias_.data() + cell,
            .old_state = OldState(stretch.frame, row) + cell,
            .reset_state = layer_.reset_ == GruReset::kState ? ResetState(row) + cell : nullptr,
            .new_state = NewState(stretch.frame, row) + cell,
            .cells = std::min(kGruBlock, layer_.cells() - cell),
            .clip = layer_.clip_};
  }

  const GruLayer& layer_;
  const SequenceExtent& extent_;
  const GruArguments& arguments_;
  const std::int64_t frames_ahead_;
  float* gates_;
  float* reset_states_;
};

std::size_t GruLayer::ScratchBytes(const SequenceExtent& extent) const {
  return AsSize(GruRun::GatesElements(*this, extent) + GruRun::ResetElements(*this, extent)) * sizeof(float);
}

void GruLayer::Run(const SequenceExtent& extent, const GruArguments& arguments, std::span<std::byte> scratch,
                   WorkerTeam& team) const {
  const std::int64_t rows = extent.frames * extent.batch;
  STEPWELL_CHECK(arguments.x.size() == AsSize(rows * inputs()));
  STEPWELL_CHECK(arguments.initial_h.size() == AsSize(extent.batch * cells()));
  STEPWELL_CHECK(arguments.h_all.size() == AsSize(rows * cells()));
  STEPWELL_CHECK(scratch.size() >= ScratchBytes(extent));
  const GruRun run(*this, extent, arguments, reinterpret_cast<float*>(scratch.data()));
  if (extent.batch * cells() * recurrent_.outputs() < kLeastForTeam) {
    NoBarrier barrier;
    return run.Work(0, 1, barrier);
  }
  team.RunWithBarrier(
      [&](int member, int members, WorkerTeam::Barrier& barrier) { run.Work(member, members, barrier); });
}

}  // namespace stepwell::kernels
