#include "stepwell/ops/recurrent/cell_step.h"
#include "stepwell/ops/recurrent/lstm_computation.h"
#include "stepwell/ops/recurrent/lstm_layer_kernel.h"
#include "stepwell/ops/recurrent/packed_cells.h"
#include "stepwell/ops/recurrent/recurrent_kernels.h"
#include "stepwell/ops/recurrent/sequence_kernel.h"

namespace stepwell::ops::recurrent {
namespace {

using kernels::LstmExtent;

LstmForm FormOf(const LstmAttributes& attributes, const CellWeights& weights) {
  return {.inputs = weights.inputs,
          .cells = attributes.hidden_size,
          .outputs = attributes.hidden_size,
          .kernel = weights.first,
          .recurrent = weights.first + 1,
          .bias = weights.has_bias ? std::optional(weights.first + 2) : std::nullopt,
          .peepholes = {},
          .projection = {},
          .weight_order = kernels::WeightOrder::kOutputsByInputs,
          .gates = kernels::kOpenVinoLstmGates,
          .gate_clip = attributes.clip,
          .directions = weights.directions,
          .direction = weights.direction};
}

class PreparedLstm final : public CellStep {
 public:
  explicit PreparedLstm(std::shared_ptr<const LstmComputation> computation) : computation_(std::move(computation)) {}

  std::size_t ScratchBytes(std::int64_t batch) const override { return computation_->ScratchBytes(OneFrame(batch)); }
  bool ReadsWeights() const override { return computation_->ReadsWeights(); }

  void Run(const CellArguments& arguments, std::span<const ConstTensorView> inputs,
           std::span<std::byte> scratch) const override {
    computation_->Run(OneFrame(arguments.batch),
                      {.x = arguments.x,
                       .initial_h = arguments.h,
                       .initial_c = arguments.c,
                       .h_all = arguments.new_h,
                       .c_all = arguments.new_c},
                      inputs, scratch);
  }

 private:
  static LstmExtent OneFrame(std::int64_t batch) { return {.frames = 1, .batch = batch}; }

  std::shared_ptr<const LstmComputation> computation_;
};

CellKind KindOf(const GruAttributes& attributes) {
  return attributes.linear_before_reset ? CellKind::kGruLinearBeforeReset : CellKind::kGru;
}

std::unique_ptr<const CellStep> MakeGruStep(const GruAttributes& attributes, const CellWeights& weights,
                                            const KernelSite& site) {
  if (auto packed = MakePackedGru(attributes, weights, site)) return packed;
  return MakeDefinedCell(KindOf(attributes), attributes, weights, site);
}

std::unique_ptr<const CellStep> MakeRnnStep(const RnnAttributes& attributes, const CellWeights& weights,
                                            const KernelSite& site) {
  if (auto packed = MakePackedRnn(attributes, weights, site)) return packed;
  return MakeDefinedCell(CellKind::kRnn, attributes, weights, site);
}

CellWeights WeightsOfCell(const KernelSite& site, int states) {
  const int first = 1 + states;
  return {
      .first = first, .has_bias = site.input_types.size() > AsSize(first + 2), .inputs = site.input_types[0].shape[1]};
}

// A sequence's kernel from what makes the step of one direction.
template <class Attributes, class MakeStep>
std::unique_ptr<const Kernel> MakeSequence(const Attributes& op, const KernelSite& site, MakeStep make) {
  const Shape& x = site.input_types[0].shape;
  SequenceForm form{.batch = x[0],
                    .frames = x[1],
                    .inputs = x[2],
                    .cells = op.hidden_size,
                    .states = op.contract().states,
                    .directions = {}};
  const Dim directions = NumDirections(op.direction);
  for (Dim d = 0; d < directions; ++d) {
    const CellWeights weights{
        .first = op.contract().lengths() + 1, .inputs = x[2], .directions = directions, .direction = d};
    form.directions.push_back({op.direction == Direction::kReverse || d == 1, make(weights)});
  }
  return MakeSequenceKernel(std::move(form));
}

}  // namespace

std::unique_ptr<const CellStep> MakeLstmStep(const LstmAttributes& attributes, const CellWeights& weights,
                                             const KernelSite& site) {
  if (!attributes.has_usual_activations()) return MakeDefinedCell(CellKind::kLstm, attributes, weights, site);
  return std::make_unique<PreparedLstm>(MakeLstmComputation(FormOf(attributes, weights), site));
}

std::unique_ptr<const Kernel> MakeLstmCellKernel(const LstmCell& op, const KernelSite& site) {
  const CellWeights weights = WeightsOfCell(site, 2);
  const std::int64_t batch = site.input_types[0].shape[0];
  if (!op.has_usual_activations()) {
    return MakeStepKernel(MakeDefinedCell(CellKind::kLstm, op, weights, site), batch);
  }
  return std::make_unique<LstmLayerKernel>(FormOf(op, weights), LstmExtent{.frames = 1, .batch = batch}, site);
}

std::unique_ptr<const Kernel> MakeGruCellKernel(const GruCell& op, const KernelSite& site) {
  return MakeStepKernel(MakeGruStep(op, WeightsOfCell(site, 1), site), site.input_types[0].shape[0]);
}

std::unique_ptr<const Kernel> MakeRnnCellKernel(const RnnCell& op, const KernelSite& site) {
  return MakeStepKernel(MakeRnnStep(op, WeightsOfCell(site, 1), site), site.input_types[0].shape[0]);
}

std::unique_ptr<const Kernel> MakeLstmSequenceKernel(const LstmSequence& op, const KernelSite& site) {
  return MakeSequence(op, site, [&](const CellWeights& weights) { return MakeLstmStep(op, weights, site); });
}

std::unique_ptr<const Kernel> MakeGruSequenceKernel(const GruSequence& op, const KernelSite& site) {
  return MakeSequence(op, site, [&](const CellWeights& weights) { return MakeGruStep(op, weights, site); });
}

std::unique_ptr<const Kernel> MakeRnnSequenceKernel(const RnnSequence& op, const KernelSite& site) {
  return MakeSequence(op, site, [&](const CellWeights& weights) { return MakeRnnStep(op, weights, site); });
}

}  // namespace stepwell::ops::recurrent
