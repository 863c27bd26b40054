#include <algorithm>
#include <array>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/tile.h"
#include "stepwell/kernels/recurrent/lstm.h"
#include "stepwell/kernels/recurrent/lstm_gates.h"

namespace stepwell::kernels {
namespace {

// Rows of gates that are computed ahead of the steps, unless one frame has more.
constexpr std::int64_t kRowsAhead = 48;
// With fewer multiply-adds in a step (some 4 µs), meeting at barriers costs more than a second thread saves.
constexpr std::int64_t kLeastForTeam = 1 << 18;

std::int64_t FramesAhead(const LstmExtent& extent) {
  return std::clamp(kRowsAhead / std::max<std::int64_t>(extent.batch, 1), std::int64_t{1},
                    std::max<std::int64_t>(extent.frames, 1));
}

class NoBarrier final : public WorkerTeam::Barrier {
 public:
  void Wait() override {}
};

}  // namespace

// One call of LstmLayer::Run, shared by the members of the team.
class LstmRun {
 public:
  LstmRun(const LstmLayer& layer, const LstmExtent& extent, const LstmArguments& arguments, float* scratch)
      : layer_(layer), extent_(extent), arguments_(arguments), frames_ahead_(FramesAhead(extent)), gates_(scratch) {
    unprojected_ = gates_ + GatesElements(layer, extent);
  }

  static std::int64_t GatesElements(const LstmLayer& layer, const LstmExtent& extent) {
    return layer.recurrent_.panels() * kPanelWidth * FramesAhead(extent) * extent.batch;
  }
  static std::int64_t UnprojectedElements(const LstmLayer& layer, const LstmExtent& extent) {
    return layer.has_projection() ? extent.batch * layer.cells_ : 0;
  }

  // All that `member` of `members` does. Its panels of the weights are the same in every step and every call.
  void Work(int member, int members, WorkerTeam::Barrier& barrier) const {
    const Range panels = PartOf(layer_.recurrent_.panels(), 1, member, members);
    const Range projected = PartOf(layer_.projection_.panels(), 1, member, members);
    for (std::int64_t first = 0; first < extent_.frames; first += frames_ahead_) {
      const std::int64_t end = std::min(first + frames_ahead_, extent_.frames);
      ComputeInputGates(panels, first, end);
      for (std::int64_t frame = first; frame < end; ++frame) {
        Step(frame, frame - first, panels);
        barrier.Wait();
        if (!layer_.has_projection()) continue;
        for (std::int64_t panel = projected.begin; panel < projected.end; ++panel) Project(frame, panel);
        barrier.Wait();
      }
    }
    KeepLastCells(panels);
  }

 private:
  // Where (frame, row) stands among all rows of x, h_all and c_all.
  std::int64_t Place(std::int64_t frame, std::int64_t row) const {
    return extent_.order == SequenceOrder::kFramesFirst ? frame * extent_.batch + row : row * extent_.frames + frame;
  }
  const float* Input(std::int64_t frame, std::int64_t row) const {
    return arguments_.x.data() + Place(frame, row) * layer_.inputs();
  }
  const float* OldOutput(std::int64_t frame, std::int64_t row) const {
    return frame == 0 ? arguments_.initial_h.data() + row * layer_.outputs() : NewOutput(frame - 1, row);
  }
  float* NewOutput(std::int64_t frame, std::int64_t row) const {
    return arguments_.h_all.data() + Place(frame, row) * layer_.outputs();
  }
  const float* OldCells(std::int64_t frame, std::int64_t row) const {
    return frame == 0 ? arguments_.initial_c.data() + row * layer_.cells() : NewCells(frame - 1, row);
  }
  float* NewCells(std::int64_t frame, std::int64_t row) const {
    if (arguments_.c_all.empty()) return arguments_.c_last.data() + row * layer_.cells();
    return arguments_.c_all.data() + Place(frame, row) * layer_.cells();
  }
  float* Unprojected(std::int64_t frame, std::int64_t row) const {
    return layer_.has_projection() ? unprojected_ + row * layer_.cells() : NewOutput(frame, row);
  }
  // The gates of one panel: [frames ahead, batch, kPanelWidth]; a member's panels lie together.
  float* Gates(std::int64_t panel, std::int64_t row_ahead) const {
    return gates_ + (panel * frames_ahead_ * extent_.batch + row_ahead) * kPanelWidth;
  }

  // The input's part of the gates of frames [first_frame, end_frame).
  void ComputeInputGates(Range panels, std::int64_t first_frame, std::int64_t end_frame) const {
    const std::int64_t rows = (end_frame - first_frame) * extent_.batch;
    for (std::int64_t begin = 0; begin < rows; begin += kMostTileRows) {
      const std::int64_t count = std::min(kMostTileRows, rows - begin);
      std::array<const float*, kMostTileRows> inputs;
      for (std::int64_t m = 0; m < count; ++m) {
        inputs[AsSize(m)] = Input(first_frame + (begin + m) / extent_.batch, (begin + m) % extent_.batch);
      }
      const KeptInputs kept =
          layer_.input_.is_finite() ? KeptInputs(inputs.data(), count, layer_.inputs()) : KeptInputs();
      for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
        float* gates = Gates(panel, begin);
        std::fill_n(gates, count * kPanelWidth, 0.0F);
        AddPanelProduct({.a = inputs.data(),
                         .rows = count,
                         .panel = layer_.input_.panel(panel),
                         .inputs = layer_.inputs(),
                         .next_panel = panel + 1 < panels.end ? layer_.input_.panel(panel + 1).rows : nullptr,
                         .kept = kept.IfAnySkipped(),
                         .tile = gates});
      }
    }
  }

  void Step(std::int64_t frame, std::int64_t frame_ahead, Range panels) const {
    const std::int64_t count = panels.end - panels.begin;
    for (std::int64_t index = 0; index < count; ++index) {
      // Back and forth: what the last step read last is still cached.
      const bool forth = frame % 2 == 0;
      const std::int64_t panel = forth ? panels.begin + index : panels.end - 1 - index;
      const std::int64_t next = forth ? panel + 1 : panel - 1;
      StepPanel(frame, frame_ahead, panel, index + 1 < count ? layer_.recurrent_.panel(next).rows : nullptr);
    }
  }

  void StepPanel(std::int64_t frame, std::int64_t frame_ahead, std::int64_t panel, const std::byte* next_panel) const {
    for (std::int64_t begin = 0; begin < extent_.batch; begin += kMostTileRows) {
      const std::int64_t count = std::min(kMostTileRows, extent_.batch - begin);
      std::array<const float*, kMostTileRows> old_outputs;
      for (std::int64_t m = 0; m < count; ++m) old_outputs[AsSize(m)] = OldOutput(frame, begin + m);
      float* gates = Gates(panel, frame_ahead * extent_.batch + begin);
      AddPanelProduct({.a = old_outputs.data(),
                       .rows = count,
                       .panel = layer_.recurrent_.panel(panel),
                       .inputs = layer_.outputs(),
                       .next_panel = next_panel,
                       .tile = gates});
      for (std::int64_t m = 0; m < count; ++m) UpdateCells(frame, begin + m, panel, gates + m * kPanelWidth);
    }
  }

  void UpdateCells(std::int64_t frame, std::int64_t row, std::int64_t panel, const float* sums) const {
    const std::int64_t cell = panel * kLstmBlock;
    UpdateLstmBlock({.sums = sums,
                     .bias = layer_.bias_.data() + panel * kPanelWidth,
                     .peepholes = layer_.peepholes_.empty() ? nullptr : layer_.peepholes_.data() + 3 * cell,
                     .old_cells = OldCells(frame, row) + cell,
                     .new_cells = NewCells(frame, row) + cell,
                     .outputs = Unprojected(frame, row) + cell,
                     .cells = std::min(kLstmBlock, layer_.cells() - cell),
                     .gate_clip = layer_.gate_clip_,
                     .cell_clip = layer_.cell_clip_});
  }

  void Project(std::int64_t frame, std::int64_t panel) const {
    const std::int64_t column = panel * kPanelWidth;
    const std::int64_t columns = std::min(kPanelWidth, layer_.outputs() - column);
    for (std::int64_t begin = 0; begin < extent_.batch; begin += kMostTileRows) {
      Tile tile(std::min(kMostTileRows, extent_.batch - begin));
      tile.StartWithZeros();
      const RowPointers cells(Unprojected(frame, begin), tile.rows(), layer_.cells());
      AddPanelProduct({.a = cells.data(),
                       .rows = tile.rows(),
                       .panel = layer_.projection_.panel(panel),
                       .inputs = layer_.cells(),
                       .tile = tile.data()});
      FinishTile(tile.data(), tile.rows(), columns, {.low = -layer_.projection_clip_, .high = layer_.projection_clip_},
                 column);
      for (std::int64_t m = 0; m < tile.rows(); ++m) {
        std::copy_n(tile.row(m), columns, NewOutput(frame, begin + m) + column);
      }
    }
  }

  // Each member copies the cells it has computed itself.
  void KeepLastCells(Range panels) const {
    if (arguments_.c_last.empty() || (arguments_.c_all.empty() && extent_.frames > 0)) return;
    const std::int64_t begin = panels.begin * kLstmBlock;
    const std::int64_t end = std::min(panels.end * kLstmBlock, layer_.cells());
    for (std::int64_t row = 0; row < extent_.batch; ++row) {
      const float* last = OldCells(extent_.frames, row);
      std::copy(last + begin, last + end, arguments_.c_last.data() + row * layer_.cells() + begin);
    }
  }

  const LstmLayer& layer_;
  const LstmExtent& extent_;
  const LstmArguments& arguments_;
  const std::int64_t frames_ahead_;
  float* gates_;
  float* unprojected_;
};

std::size_t LstmLayer::ScratchBytes(const LstmExtent& extent) const {
  return AsSize(LstmRun::GatesElements(*this, extent) + LstmRun::UnprojectedElements(*this, extent)) * sizeof(float);
}

void LstmLayer::Run(const LstmExtent& extent, const LstmArguments& arguments, std::span<std::byte> scratch,
                    WorkerTeam& team) const {
  const std::int64_t rows = extent.frames * extent.batch;
  STEPWELL_CHECK(arguments.x.size() == AsSize(rows * inputs()));
  STEPWELL_CHECK(arguments.h_all.size() == AsSize(rows * outputs()));
  STEPWELL_CHECK(arguments.initial_h.size() == AsSize(extent.batch * outputs()));
  STEPWELL_CHECK(arguments.initial_c.size() == AsSize(extent.batch * cells()));
  STEPWELL_CHECK(arguments.c_all.empty() || arguments.c_all.size() == AsSize(rows * cells()));
  STEPWELL_CHECK(arguments.c_last.empty() || arguments.c_last.size() == AsSize(extent.batch * cells()));
  STEPWELL_CHECK(!arguments.c_all.empty() || !arguments.c_last.empty() || rows * cells() == 0);
  STEPWELL_CHECK(scratch.size() >= ScratchBytes(extent));
  const LstmRun run(*this, extent, arguments, reinterpret_cast<float*>(scratch.data()));
  if (extent.batch * outputs() * recurrent_.outputs() < kLeastForTeam) {
    NoBarrier barrier;
    return run.Work(0, 1, barrier);
  }
  team.RunWithBarrier(
      [&](int member, int members, WorkerTeam::Barrier& barrier) { run.Work(member, members, barrier); });
}

}  // namespace stepwell::kernels
