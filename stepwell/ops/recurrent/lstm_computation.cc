#include "stepwell/ops/recurrent/lstm_computation.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "stepwell/kernels/recurrent/lstm_reference.h"

namespace stepwell::ops::recurrent {
namespace {

using kernels::LstmArguments;
using kernels::LstmExtent;
using kernels::LstmWeights;
using kernels::WeightSource;

// All parts of the form, in the order of the node's inputs.
std::vector<int> Parts(const LstmForm& form) {
  std::vector<int> parts{form.kernel};
  for (const auto& part : {form.recurrent, form.bias, form.projection}) {
    if (part) parts.push_back(*part);
  }
  for (int i = 0; form.peepholes && i < 3; ++i) parts.push_back(*form.peepholes + i);
  return parts;
}

std::optional<float> Bound(float clip) { return clip > 0 ? std::optional(clip) : std::nullopt; }

// `bytes_of(input)` gives bytes, `floats_of(input)` a span that outlives the result.
template <class BytesOf, class FloatsOf>
LstmWeights WeightsOf(const LstmForm& form, BytesOf bytes_of, FloatsOf floats_of) {
  const std::int64_t gates = 4 * form.cells;
  const auto matrix = [&](int input, std::int64_t rows) {
    const WeightSource all = kernels::DenseWeights(bytes_of(input), rows, form.directions * gates, form.weight_order);
    return kernels::OutputsOf(all, form.direction * gates, gates);  // several directions are rows of outputs
  };
  LstmWeights weights;
  if (form.recurrent) {
    weights.input = matrix(form.kernel, form.inputs);
    weights.recurrent = matrix(*form.recurrent, form.outputs);
  } else {
    const WeightSource joined = matrix(form.kernel, form.inputs + form.outputs);
    weights.input = kernels::InputsOf(joined, 0, form.inputs);
    weights.recurrent = kernels::InputsOf(joined, form.inputs, form.outputs);
  }
  if (form.gates_given) weights.input = kernels::InputsOf(weights.input, 0, 0);
  weights.order = form.gates;
  if (form.bias) weights.bias = floats_of(*form.bias).subspan(AsSize(form.direction * gates), AsSize(gates));
  weights.forget_bias = form.forget_bias;
  if (form.peepholes) {
    weights.input_peephole = floats_of(*form.peepholes);
    weights.forget_peephole = floats_of(*form.peepholes + 1);
    weights.output_peephole = floats_of(*form.peepholes + 2);
  }
  if (form.projection) {
    weights.projection =
        kernels::DenseWeights(bytes_of(*form.projection), form.cells, form.outputs, form.projection_order);
  }
  weights.gate_clip = Bound(form.gate_clip);
  weights.cell_clip = Bound(form.cell_clip);
  return weights;
}

class DefinedLstm final : public LstmComputation {
 public:
  explicit DefinedLstm(const LstmForm& form) : form_(form) {}

  std::size_t ScratchBytes(const LstmExtent&) const override { return 0; }
  bool TakesRows() const override { return false; }
  bool ReadsWeights() const override { return true; }

  void Run(const LstmExtent& extent, const LstmArguments& arguments, std::span<const ConstTensorView> inputs,
           std::span<std::byte>) const override {
    const auto bytes_of = [&](int input) { return LazyBytes(SharedBytes(nullptr, inputs[AsSize(input)].bytes())); };
    const auto floats_of = [&](int input) { return inputs[AsSize(input)].as<float>(); };
    kernels::ReferenceLstm(WeightsOf(form_, bytes_of, floats_of), extent, arguments);
  }

 private:
  LstmForm form_;
};

class PackedLstm final : public LstmComputation {
 public:
  explicit PackedLstm(std::shared_ptr<const kernels::LstmLayer> layer) : layer_(std::move(layer)) {}

  std::size_t ScratchBytes(const LstmExtent& extent) const override { return layer_->ScratchBytes(extent); }
  bool TakesRows() const override { return true; }
  bool ReadsWeights() const override { return false; }

  void Run(const LstmExtent& extent, const LstmArguments& arguments, std::span<const ConstTensorView>,
           std::span<std::byte> scratch) const override {
    layer_->Run(extent, arguments, scratch);
  }

 private:
  std::shared_ptr<const kernels::LstmLayer> layer_;
};

std::shared_ptr<const kernels::LstmLayer> MakeLayer(const LstmForm& form, const KernelSite& site,
                                                    PackedBlocks& blocks) {
  std::vector<std::vector<float>> copies(site.constants.size());  // files do not align their floats
  const auto bytes_of = [&](int input) { return site.constants[AsSize(input)]->bytes; };
  const auto floats_of = [&](int input) -> std::span<const float> {
    return copies[AsSize(input)] = site.constants[AsSize(input)]->Copy<float>();
  };
  return std::make_shared<const kernels::LstmLayer>(WeightsOf(form, bytes_of, floats_of), WorkerTeam::Shared(), blocks);
}

// Names everything that a packed layer depends on besides its constants.
std::string PackingName(const LstmForm& form) {
  return fmt::format("lstm{} {}{}{}{} {} {} {} {} {} {}", form.gates_given ? " behind its input" : "", form.gates.input,
                     form.gates.candidate, form.gates.forget, form.gates.output, static_cast<int>(form.weight_order),
                     static_cast<int>(form.projection_order), form.forget_bias, form.gate_clip, form.cell_clip,
                     form.direction);
}

void RequireFloats(const KernelSite& site, const LstmForm& form) {
  std::vector<int> inputs = Parts(form);
  inputs.push_back(0);  // x; h and c have its type
  for (const int input : inputs) {
    const TensorType& type = site.input_types[AsSize(input)];
    if (type.dtype != DType::kF32) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("an LSTM computes in f32; its input {} is {}", input, ToText(type)));
    }
  }
}

}  // namespace

std::shared_ptr<const LstmComputation> MakeLstmComputation(const LstmForm& form, const KernelSite& site) {
  RequireFloats(site, form);
  const std::vector<int> parts = Parts(form);
  const bool constant =
      std::all_of(parts.begin(), parts.end(), [&](int part) { return site.constants[AsSize(part)] != nullptr; });
  if (site.set == KernelSet::kReference || !constant) return std::make_shared<const DefinedLstm>(form);
  const auto make = [&](PackedBlocks& blocks) { return MakeLayer(form, site, blocks); };
  if (site.weights == nullptr) return std::make_shared<const PackedLstm>(make(PackedBlocks::Fresh()));
  std::vector<const ir::ConstantData*> constants;
  for (const int part : parts) constants.push_back(site.constants[AsSize(part)]);
  return std::make_shared<const PackedLstm>(
      site.weights->GetOrMake<kernels::LstmLayer>(constants, PackingName(form), make));
}

}  // namespace stepwell::ops::recurrent
