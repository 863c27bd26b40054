#include <algorithm>
#include <array>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/integer_panel.h"
#include "stepwell/kernels/gemm/integer_tiles.h"
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

const float* InitialRow(std::span<const float> whole, std::span<const std::byte* const> rows, std::int64_t row,
                        std::int64_t elements) {
  return rows.empty() ? whole.data() + row * elements : reinterpret_cast<const float*>(rows[AsSize(row)]);
}

// Whether the initial state is all there, in one piece or in rows.
bool IsState(std::span<const float> whole, std::span<const std::byte* const> rows, std::int64_t batch,
             std::int64_t elements) {
  return rows.empty() ? whole.size() == AsSize(batch * elements) : whole.empty() && std::ssize(rows) == batch;
}

class NoBarrier final : public WorkerTeam::Barrier {
 public:
  void Wait() override {}
};

// Who works, and with whom.
struct Member {
  int index;
  int count;
  WorkerTeam::Barrier& barrier;

  Range PartOf(std::int64_t items) const { return stepwell::PartOf(items, 1, index, count); }
};

bool IsByIntegers(const PackedMatrix& weights) { return weights.activations() == ActivationFormat::kInt8; }

std::size_t BytesIfUsed(const PackedMatrix& weights, const IntegerTilesForm& form) {
  return IsByIntegers(weights) ? form.bytes : 0;
}

}  // namespace

// One call of LstmLayer::Run, shared by the members of the team.
class LstmRun {
 public:
  LstmRun(const LstmLayer& layer, const LstmExtent& extent, const LstmArguments& arguments, std::byte* scratch)
      : layer_(layer),
        extent_(extent),
        arguments_(arguments),
        frames_ahead_(FramesAhead(extent)),
        scratch_(layer, extent),
        gates_(reinterpret_cast<float*>(scratch)),
        unprojected_(reinterpret_cast<float*>(scratch + scratch_.unprojected)),
        inputs_(scratch + scratch_.inputs),
        of_members_(scratch + scratch_.members) {}

  static std::size_t ScratchBytes(const LstmLayer& layer, const LstmExtent& extent, int members) {
    const Scratch scratch(layer, extent);
    return scratch.members + AsSize(members) * scratch.of_member();
  }

  // All that a member does. Its panels of the weights are the same in every step and every call.
  void Work(const Member& member) const {
    const Range panels = member.PartOf(layer_.recurrent_.panels());
    const Range projected = member.PartOf(layer_.projection_.panels());
    for (std::int64_t first = 0; first < extent_.frames; first += frames_ahead_) {
      const std::int64_t end = std::min(first + frames_ahead_, extent_.frames);
      ComputeInputGates(member, panels, first, end);
      for (std::int64_t frame = first; frame < end; ++frame) {
        Step(member, frame, frame - first, panels);
        member.barrier.Wait();
        if (!layer_.has_projection()) continue;
        Project(member, frame, projected);
        member.barrier.Wait();
      }
    }
    KeepLastCells(panels);
  }

 private:
  // Where things stand in the scratch memory: the gates of the frames ahead, what is to be projected, and rows as
  // integers: of the frames ahead, and, made by each member for itself, of the last output and of what is projected.
  struct Scratch {
    Scratch(const LstmLayer& layer, const LstmExtent& extent)
        : input_form(layer.input_, FramesAhead(extent) * extent.batch),
          output_form(layer.recurrent_, extent.batch),
          projected_form(layer.projection_, extent.batch) {
      const std::int64_t gate_rows = FramesAhead(extent) * extent.batch;
      unprojected = AsSize(layer.recurrent_.panels() * kPanelWidth * gate_rows) * sizeof(float);
      const std::int64_t cells = layer.has_projection() ? extent.batch * layer.cells_ : 0;
      inputs = unprojected + AsSize((cells + kLstmBlock - 1) / kLstmBlock * kLstmBlock) * sizeof(float);
      members = inputs + BytesIfUsed(layer.input_, input_form);
      outputs_bytes = BytesIfUsed(layer.recurrent_, output_form);
      projected_bytes = BytesIfUsed(layer.projection_, projected_form);
    }
    std::size_t of_member() const { return outputs_bytes + projected_bytes; }

    IntegerTilesForm input_form, output_form, projected_form;
    std::size_t unprojected = 0, inputs = 0, members = 0;
    std::size_t outputs_bytes = 0, projected_bytes = 0;
  };

  // Where (frame, row) stands among all rows of x, h_all and c_all.
  std::int64_t Place(std::int64_t frame, std::int64_t row) const {
    return extent_.order == SequenceOrder::kFramesFirst ? frame * extent_.batch + row : row * extent_.frames + frame;
  }
  const float* Input(std::int64_t frame, std::int64_t row) const {
    return arguments_.x.data() + Place(frame, row) * layer_.inputs();
  }
  const float* OldOutput(std::int64_t frame, std::int64_t row) const {
    if (frame > 0) return NewOutput(frame - 1, row);
    return InitialRow(arguments_.initial_h, arguments_.h_rows, row, layer_.outputs());
  }
  float* NewOutput(std::int64_t frame, std::int64_t row) const {
    return arguments_.h_all.data() + Place(frame, row) * layer_.outputs();
  }
  const float* OldCells(std::int64_t frame, std::int64_t row) const {
    if (frame > 0) return NewCells(frame - 1, row);
    return InitialRow(arguments_.initial_c, arguments_.c_rows, row, layer_.cells());
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

  // What the sums of the gates begin with: rows of the frames from `first_frame` on.
  void StartGates(std::int64_t first_frame, std::int64_t panel, Range rows) const {
    std::fill_n(Gates(panel, rows.begin), (rows.end - rows.begin) * kPanelWidth, 0.0F);
    if (arguments_.input_gates.empty()) return;
    const std::int64_t cell = panel * kLstmBlock;
    const std::int64_t cells = std::min(kLstmBlock, layer_.cells() - cell);
    const LstmGateOrder& order = layer_.order_;
    for (std::int64_t m = rows.begin; m < rows.end; ++m) {
      const std::int64_t place = Place(first_frame + m / extent_.batch, m % extent_.batch);
      const float* given = arguments_.input_gates.data() + place * 4 * layer_.cells() + cell;
      float* gates = Gates(panel, m);
      for (const int gate : {order.input, order.candidate, order.forget, order.output}) {
        std::copy_n(given + gate * layer_.cells(), cells, gates);
        gates += kLstmBlock;
      }
    }
  }

  // The input's part of the gates of frames [first_frame, end_frame).
  void ComputeInputGates(const Member& member, Range panels, std::int64_t first_frame, std::int64_t end_frame) const {
    const std::int64_t rows = (end_frame - first_frame) * extent_.batch;
    const auto row_at = [&](std::int64_t m) { return Input(first_frame + m / extent_.batch, m % extent_.batch); };
    const IntegerTiles integers(scratch_.input_form, rows, inputs_);
    if (IsByIntegers(layer_.input_)) integers.Set(row_at, member.index, member.count, member.barrier);
    for (std::int64_t begin = 0; begin < rows; begin += kMostTileRows) {
      const Range tile{begin, std::min(begin + kMostTileRows, rows)};
      if (IsByIntegers(layer_.input_)) {
        AddInputIntegers(integers.tile(begin / kMostTileRows), first_frame, panels, begin);
      } else {
        AddInputFloats(row_at, first_frame, panels, tile);
      }
    }
  }

  template <class RowAt>
  void AddInputFloats(RowAt row_at, std::int64_t first_frame, Range panels, Range rows) const {
    const std::int64_t count = rows.end - rows.begin;
    std::array<const float*, kMostTileRows> inputs;
    for (std::int64_t m = 0; m < count; ++m) inputs[AsSize(m)] = row_at(rows.begin + m);
    const KeptInputs kept =
        layer_.input_.is_finite() ? KeptInputs(inputs.data(), count, layer_.inputs()) : KeptInputs();
    for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
      StartGates(first_frame, panel, rows);
      AddPanelProduct({.a = inputs.data(),
                       .rows = count,
                       .panel = layer_.input_.panel(panel),
                       .inputs = layer_.inputs(),
                       .next_panel = panel + 1 < panels.end ? layer_.input_.panel(panel + 1).rows : nullptr,
                       .kept = kept.IfAnySkipped(),
                       .tile = Gates(panel, rows.begin)});
    }
  }

  void AddInputIntegers(const IntegerRows& rows, std::int64_t first_frame, Range panels, std::int64_t first_row) const {
    for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
      StartGates(first_frame, panel, {first_row, first_row + rows.rows()});
      AddIntegerPanelProduct({.a = &rows,
                              .panel = layer_.input_.panel(panel),
                              .next_panel = panel + 1 < panels.end ? layer_.input_.panel(panel + 1).rows : nullptr,
                              .tile = Gates(panel, first_row)});
    }
  }

  // Each member makes its own integers of all rows: that takes less time than meeting once more.
  IntegerTiles OldOutputs(const Member& member, std::int64_t frame) const {
    const IntegerTiles rows(scratch_.output_form, extent_.batch,
                            of_members_ + AsSize(member.index) * scratch_.of_member());
    if (IsByIntegers(layer_.recurrent_)) rows.Set([&](std::int64_t row) { return OldOutput(frame, row); });
    return rows;
  }
  IntegerTiles UnprojectedOutputs(const Member& member, std::int64_t frame) const {
    const IntegerTiles rows(scratch_.projected_form, extent_.batch,
                            of_members_ + AsSize(member.index) * scratch_.of_member() + scratch_.outputs_bytes);
    if (IsByIntegers(layer_.projection_)) rows.Set([&](std::int64_t row) { return Unprojected(frame, row); });
    return rows;
  }

  void Step(const Member& member, std::int64_t frame, std::int64_t frame_ahead, Range panels) const {
    const IntegerTiles integers = OldOutputs(member, frame);
    const std::int64_t count = panels.end - panels.begin;
    for (std::int64_t index = 0; index < count; ++index) {
      // Back and forth: what the last step read last is still cached.
      const bool forth = frame % 2 == 0;
      const std::int64_t panel = forth ? panels.begin + index : panels.end - 1 - index;
      const std::int64_t next = forth ? panel + 1 : panel - 1;
      const std::byte* next_rows = index + 1 < count ? layer_.recurrent_.panel(next).rows : nullptr;
      for (std::int64_t tile = 0; tile < integers.count(); ++tile) {
        StepTile(frame, frame_ahead, panel, next_rows, tile, integers);
      }
    }
  }

  void StepTile(std::int64_t frame, std::int64_t frame_ahead, std::int64_t panel, const std::byte* next_panel,
                std::int64_t tile, const IntegerTiles& integers) const {
    const std::int64_t begin = tile * kMostTileRows;
    const std::int64_t count = std::min(kMostTileRows, extent_.batch - begin);
    float* gates = Gates(panel, frame_ahead * extent_.batch + begin);
    if (IsByIntegers(layer_.recurrent_)) {
      const IntegerRows rows = integers.tile(tile);
      AddIntegerPanelProduct(
          {.a = &rows, .panel = layer_.recurrent_.panel(panel), .next_panel = next_panel, .tile = gates});
    } else {
      std::array<const float*, kMostTileRows> old_outputs;
      for (std::int64_t m = 0; m < count; ++m) old_outputs[AsSize(m)] = OldOutput(frame, begin + m);
      AddPanelProduct({.a = old_outputs.data(),
                       .rows = count,
                       .panel = layer_.recurrent_.panel(panel),
                       .inputs = layer_.outputs(),
                       .next_panel = next_panel,
                       .tile = gates});
    }
    for (std::int64_t m = 0; m < count; ++m) UpdateCells(frame, begin + m, panel, gates + m * kPanelWidth);
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

  void Project(const Member& member, std::int64_t frame, Range panels) const {
    const IntegerTiles integers = UnprojectedOutputs(member, frame);
    for (std::int64_t panel = panels.begin; panel < panels.end; ++panel) {
      for (std::int64_t tile = 0; tile < integers.count(); ++tile) ProjectTile(frame, panel, tile, integers);
    }
  }

  void ProjectTile(std::int64_t frame, std::int64_t panel, std::int64_t index, const IntegerTiles& integers) const {
    const std::int64_t column = panel * kPanelWidth, begin = index * kMostTileRows;
    const std::int64_t columns = std::min(kPanelWidth, layer_.outputs() - column);
    Tile tile(std::min(kMostTileRows, extent_.batch - begin));
    tile.StartWithZeros();
    if (IsByIntegers(layer_.projection_)) {
      const IntegerRows rows = integers.tile(index);
      AddIntegerPanelProduct({.a = &rows, .panel = layer_.projection_.panel(panel), .tile = tile.data()});
    } else {
      const RowPointers cells(Unprojected(frame, begin), tile.rows(), layer_.cells());
      AddPanelProduct({.a = cells.data(),
                       .rows = tile.rows(),
                       .panel = layer_.projection_.panel(panel),
                       .inputs = layer_.cells(),
                       .tile = tile.data()});
    }
    FinishTile(tile.data(), tile.rows(), columns, {.low = -layer_.projection_clip_, .high = layer_.projection_clip_},
               column);
    for (std::int64_t m = 0; m < tile.rows(); ++m) {
      std::copy_n(tile.row(m), columns, NewOutput(frame, begin + m) + column);
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
  const Scratch scratch_;
  float* gates_;
  float* unprojected_;
  std::byte* inputs_;
  std::byte* of_members_;
};

std::size_t LstmLayer::ScratchBytes(const LstmExtent& extent, const WorkerTeam& team) const {
  return LstmRun::ScratchBytes(*this, extent, team.num_threads());
}

void LstmLayer::Run(const LstmExtent& extent, const LstmArguments& arguments, std::span<std::byte> scratch,
                    WorkerTeam& team) const {
  const std::int64_t rows = extent.frames * extent.batch;
  STEPWELL_CHECK(arguments.x.size() == AsSize(rows * inputs()));
  STEPWELL_CHECK(arguments.input_gates.empty() || arguments.input_gates.size() == AsSize(rows * 4 * cells()));
  STEPWELL_CHECK(arguments.h_all.size() == AsSize(rows * outputs()));
  STEPWELL_CHECK(IsState(arguments.initial_h, arguments.h_rows, extent.batch, outputs()));
  STEPWELL_CHECK(IsState(arguments.initial_c, arguments.c_rows, extent.batch, cells()));
  STEPWELL_CHECK(arguments.c_all.empty() || arguments.c_all.size() == AsSize(rows * cells()));
  STEPWELL_CHECK(arguments.c_last.empty() || arguments.c_last.size() == AsSize(extent.batch * cells()));
  STEPWELL_CHECK(!arguments.c_all.empty() || !arguments.c_last.empty() || rows * cells() == 0);
  STEPWELL_CHECK(scratch.size() >= ScratchBytes(extent, team));
  const LstmRun run(*this, extent, arguments, scratch.data());
  if (extent.batch * outputs() * recurrent_.outputs() < kLeastForTeam) {
    NoBarrier barrier;
    return run.Work({0, 1, barrier});
  }
  team.RunWithBarrier([&](int member, int members, WorkerTeam::Barrier& barrier) {
    run.Work({member, members, barrier});
  });
}

}  // namespace stepwell::kernels
