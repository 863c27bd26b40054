#include "stepwell/ops/recurrent/packed_cells.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/kernels/gemm/multiply.h"
#include "stepwell/kernels/recurrent/gru.h"

namespace stepwell::ops::recurrent {
namespace {

using kernels::GruLayer;
using kernels::GruReset;
using kernels::WeightSource;

// W, R and the bias of one direction, all of them constants.
class CellConstants {
 public:
  CellConstants(const CellWeights& weights, const KernelSite& site) : weights_(weights), site_(site) {}

  bool AreThere() const {
    const int count = weights_.has_bias ? 3 : 2;
    for (int part = 0; part < count; ++part) {
      if (Constant(part) == nullptr || site_.input_types[AsSize(weights_.first + part)].dtype != DType::kF32) {
        return false;
      }
    }
    return site_.set == KernelSet::kFast && site_.input_types[0].dtype == DType::kF32;
  }

  const ir::ConstantData* Constant(int part) const { return site_.constants[AsSize(weights_.first + part)]; }

  // W (part 0) or R (part 1): [inputs, outputs].
  WeightSource Matrix(int part, std::int64_t inputs, std::int64_t outputs) const {
    const WeightSource all = kernels::DenseWeights(Constant(part)->bytes, inputs, weights_.directions * outputs,
                                                   kernels::WeightOrder::kOutputsByInputs);
    return kernels::OutputsOf(all, weights_.direction * outputs, outputs);
  }

  // Elements of the direction's bias; empty where there is none.
  std::vector<float> Bias() const {
    if (!weights_.has_bias) return {};
    const std::vector<float> all = Constant(2)->Copy<float>();
    const auto size = static_cast<std::ptrdiff_t>(all.size()) / weights_.directions;
    return {all.begin() + weights_.direction * size, all.begin() + (weights_.direction + 1) * size};
  }

  // Packed once for all plans of the model; `form` names what the packing depends on besides the constants.
  template <class Packed, class Make>
  std::shared_ptr<const Packed> GetOrMake(const std::string& form, Make make) const {
    if (site_.weights == nullptr) return make(PackedBlocks::Fresh());
    std::vector<const ir::ConstantData*> constants;
    for (int part = 0; part < (weights_.has_bias ? 3 : 2); ++part) constants.push_back(Constant(part));
    return site_.weights->GetOrMake<Packed>(constants, fmt::format("{} {}", form, weights_.direction), make);
  }

 private:
  const CellWeights& weights_;
  const KernelSite& site_;
};

std::optional<float> Bound(float clip) { return clip > 0 ? std::optional(clip) : std::nullopt; }

class PackedGru final : public CellStep {
 public:
  explicit PackedGru(std::shared_ptr<const GruLayer> layer) : layer_(std::move(layer)) {}

  std::size_t ScratchBytes(std::int64_t batch) const override {
    return layer_->ScratchBytes({.frames = 1, .batch = batch});
  }
  bool ReadsWeights() const override { return false; }

  void Run(const CellArguments& arguments, std::span<const ConstTensorView>,
           std::span<std::byte> scratch) const override {
    layer_->Run({.frames = 1, .batch = arguments.batch},
                {.x = arguments.x, .initial_h = arguments.h, .h_all = arguments.new_h}, scratch);
  }

 private:
  std::shared_ptr<const GruLayer> layer_;
};

std::shared_ptr<const GruLayer> PackGruLayer(const GruAttributes& attributes, const CellWeights& weights,
                                             const CellConstants& constants, PackedBlocks& blocks) {
  const std::int64_t cells = attributes.hidden_size;
  const std::vector<float> bias = constants.Bias();
  kernels::GruWeights layer;
  layer.input = constants.Matrix(0, weights.inputs, 3 * cells);
  layer.recurrent = constants.Matrix(1, cells, 3 * cells);
  layer.reset = attributes.linear_before_reset ? GruReset::kProduct : GruReset::kState;
  layer.clip = Bound(attributes.clip);
  if (weights.has_bias) {
    layer.bias = std::span(bias).first(AsSize(3 * cells));
    layer.product_bias = std::span(bias).subspan(AsSize(3 * cells));
  }
  return std::make_shared<const GruLayer>(layer, WorkerTeam::Shared(), blocks);
}

// Both matrices of an RNN, and its bias.
struct RnnWeights {
  kernels::PackedMatrix input;
  kernels::PackedMatrix recurrent;
  std::vector<float> bias;
};

class PackedRnn final : public CellStep {
 public:
  PackedRnn(std::shared_ptr<const RnnWeights> weights, const kernels::Epilogue& epilogue)
      : weights_(std::move(weights)), epilogue_(epilogue) {
    epilogue_.bias = weights_->bias;
    epilogue_.start = kernels::Epilogue::Start::kOutput;
  }

  std::size_t ScratchBytes(std::int64_t) const override { return 0; }
  bool ReadsWeights() const override { return false; }

  void Run(const CellArguments& arguments, std::span<const ConstTensorView>, std::span<std::byte>) const override {
    kernels::Multiply(weights_->input, arguments.x, arguments.batch, arguments.new_h);
    kernels::Multiply(weights_->recurrent, arguments.h, arguments.batch, arguments.new_h, epilogue_);
  }

 private:
  std::shared_ptr<const RnnWeights> weights_;
  kernels::Epilogue epilogue_;
};

// What follows the sums of an RNN; nothing for a name that is not known.
std::optional<kernels::Epilogue> EpilogueOf(std::string_view activation) {
  using kernels::Epilogue;
  if (activation == "tanh") return Epilogue{.activation = Epilogue::Activation::kTanh};
  if (activation == "sigmoid") return Epilogue{.activation = Epilogue::Activation::kSigmoid};
  if (activation == "relu") return Epilogue{.low = 0};
  return std::nullopt;
}

}  // namespace

std::shared_ptr<const GruLayer> MakeGruLayer(const GruAttributes& attributes, const CellWeights& weights,
                                             const KernelSite& site) {
  const CellConstants constants(weights, site);
  if (!attributes.has_usual_activations() || !constants.AreThere()) return nullptr;
  const std::string form = fmt::format("gru {} {}", attributes.linear_before_reset, attributes.clip);
  return constants.GetOrMake<GruLayer>(
      form, [&](PackedBlocks& blocks) { return PackGruLayer(attributes, weights, constants, blocks); });
}

std::unique_ptr<const CellStep> MakePackedGru(const GruAttributes& attributes, const CellWeights& weights,
                                              const KernelSite& site) {
  auto layer = MakeGruLayer(attributes, weights, site);
  if (layer == nullptr) return nullptr;
  return std::make_unique<PackedGru>(std::move(layer));
}

std::unique_ptr<const CellStep> MakePackedRnn(const RnnAttributes& attributes, const CellWeights& weights,
                                              const KernelSite& site) {
  const CellConstants constants(weights, site);
  const auto epilogue = attributes.activations.size() == 1 ? EpilogueOf(attributes.activations[0]) : std::nullopt;
  if (!epilogue || attributes.clip > 0 || !constants.AreThere()) return nullptr;
  const std::int64_t cells = attributes.hidden_size;
  const auto make = [&](PackedBlocks& blocks) {
    const auto pack = [&](int part, std::int64_t inputs) {
      return kernels::PackedMatrix(constants.Matrix(part, inputs, cells), WorkerTeam::Shared(), blocks);
    };
    return std::make_shared<const RnnWeights>(RnnWeights{pack(0, weights.inputs), pack(1, cells), constants.Bias()});
  };
  return std::make_unique<PackedRnn>(constants.GetOrMake<RnnWeights>("rnn", make), *epilogue);
}

}  // namespace stepwell::ops::recurrent
