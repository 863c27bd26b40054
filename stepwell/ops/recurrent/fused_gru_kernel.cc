#include "stepwell/ops/recurrent/packed_cells.h"
#include "stepwell/ops/recurrent/recurrent_kernels.h"

namespace stepwell::ops::recurrent {
namespace {

using kernels::SequenceExtent;

// Over the packed layer.
class LayerKernel final : public Kernel {
 public:
  LayerKernel(std::shared_ptr<const kernels::GruLayer> layer, const SequenceExtent& extent)
      : layer_(std::move(layer)), extent_(extent) {}

  void Run(const KernelArgs& args) const override {
    layer_->Run(extent_,
                {.x = args.inputs[0].as<float>(),
                 .initial_h = args.inputs[1].as<float>(),
                 .h_all = args.outputs[0].as<float>()},
                args.scratch);
  }
  std::size_t scratch_bytes() const override { return layer_->ScratchBytes(extent_); }
  bool ReadsInput(int input) const override { return input < 2; }

 private:
  std::shared_ptr<const kernels::GruLayer> layer_;
  SequenceExtent extent_;
};

// By definition, a row of a frame at a time.
class DefinedKernel final : public Kernel {
 public:
  DefinedKernel(std::unique_ptr<const CellStep> step, const SequenceExtent& extent)
      : step_(std::move(step)), extent_(extent) {}

  void Run(const KernelArgs& args) const override {
    const std::size_t rows = AsSize(extent_.frames * extent_.batch);
    const auto x = args.inputs[0].as<float>();
    const auto initial = args.inputs[1].as<float>();
    const auto h_all = args.outputs[0].as<float>();
    if (rows == 0) return;
    const std::size_t inputs = x.size() / rows, cells = h_all.size() / rows;
    for (std::int64_t row = 0; row < extent_.batch; ++row) {
      std::span<const float> h = initial.subspan(AsSize(row) * cells, cells);
      for (std::int64_t frame = 0; frame < extent_.frames; ++frame) {
        const std::size_t place = AsSize(extent_.Place(frame, row));
        const auto new_h = h_all.subspan(place * cells, cells);
        step_->Run({.batch = 1, .x = x.subspan(place * inputs, inputs), .h = h, .c = {}, .new_h = new_h, .new_c = {}},
                   args.inputs, args.scratch);
        h = new_h;
      }
    }
  }
  std::size_t scratch_bytes() const override { return step_->ScratchBytes(1); }

 private:
  std::unique_ptr<const CellStep> step_;
  SequenceExtent extent_;
};

}  // namespace

std::unique_ptr<const Kernel> MakeFusedGruKernel(const FusedGru& op, const KernelSite& site) {
  const Shape& x = site.input_types[0].shape;
  const bool frames_first = op.sequence_order == kernels::SequenceOrder::kFramesFirst;
  const SequenceExtent extent{
      .frames = x[frames_first ? 0 : 1], .batch = x[frames_first ? 1 : 0], .order = op.sequence_order};
  const CellWeights weights{.first = 2, .has_bias = site.input_types.size() > 4, .inputs = x[2]};
  if (auto layer = MakeGruLayer(op, weights, site)) return std::make_unique<LayerKernel>(std::move(layer), extent);
  const CellKind kind = op.linear_before_reset ? CellKind::kGruLinearBeforeReset : CellKind::kGru;
  return std::make_unique<DefinedKernel>(MakeDefinedCell(kind, op, weights, site), extent);
}

}  // namespace stepwell::ops::recurrent
