#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepwell/base/text.h"
#include "stepwell/ops/recurrent/cell_step.h"

namespace stepwell::ops::recurrent {
namespace {

enum class Activation : std::uint8_t { kSigmoid, kTanh, kRelu };

float Apply(Activation activation, float x) {
  switch (activation) {
    case Activation::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kRelu:
      break;
  }
  return std::max(x, 0.0F);
}

Activation ActivationAt(const CellAttributes& attributes, std::size_t place) {
  static constexpr std::pair<std::string_view, Activation> kNames[] = {
      {"sigmoid", Activation::kSigmoid}, {"tanh", Activation::kTanh}, {"relu", Activation::kRelu}};
  for (const auto& [name, activation] : kNames) {
    if (place < attributes.activations.size() && attributes.activations[place] == name) return activation;
  }
  throw Error(ErrorKind::kUnsupported, fmt::format("the activations are '{}'; sigmoid, tanh and relu are supported",
                                                   Join(attributes.activations, ", ")));
}

struct KindFacts {
  std::size_t activations;
  std::int64_t gates;
  std::int64_t bias_rows;
};

KindFacts FactsOf(CellKind kind) {
  switch (kind) {
    case CellKind::kLstm:
      return {.activations = 3, .gates = 4, .bias_rows = 4};
    case CellKind::kGru:
      return {.activations = 2, .gates = 3, .bias_rows = 3};
    case CellKind::kGruLinearBeforeReset:
      return {.activations = 2, .gates = 3, .bias_rows = 4};
    case CellKind::kRnn:
      break;
  }
  return {.activations = 1, .gates = 1, .bias_rows = 1};
}

float Dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return static_cast<float>(sum);
}

class DefinedCell final : public CellStep {
 public:
  DefinedCell(CellKind kind, const CellAttributes& attributes, const CellWeights& weights)
      : kind_(kind), facts_(FactsOf(kind)), weights_(weights), cells_(AsSize(attributes.hidden_size)) {
    for (std::size_t i = 0; i < facts_.activations; ++i) activations_.push_back(ActivationAt(attributes, i));
    if (attributes.clip > 0) clip_ = attributes.clip;
  }

  std::size_t ScratchBytes(std::int64_t) const override { return cells_ * sizeof(float); }
  bool ReadsWeights() const override { return true; }

  void Run(const CellArguments& arguments, std::span<const ConstTensorView> inputs,
           std::span<std::byte> scratch) const override {
    for (std::int64_t b = 0; b < arguments.batch; ++b) {
      const auto cells = [&](auto rows) { return rows.empty() ? rows : rows.subspan(AsSize(b) * cells_, cells_); };
      const Row row{.inputs = inputs,
                    .x = arguments.x.subspan(AsSize(b * weights_.inputs), AsSize(weights_.inputs)),
                    .h = cells(arguments.h),
                    .c = cells(arguments.c),
                    .new_h = cells(arguments.new_h),
                    .new_c = cells(arguments.new_c),
                    .scratch = {reinterpret_cast<float*>(scratch.data()), cells_}};
      RunRow(row);
    }
  }

 private:
  struct Row {
    std::span<const ConstTensorView> inputs;
    std::span<const float> x;
    std::span<const float> h;
    std::span<const float> c;
    std::span<float> new_h;
    std::span<float> new_c;
    std::span<float> scratch;  // [N]
  };

  // Row `index` of the direction's part of W (part 0) or R (part 1).
  std::span<const float> WeightRow(const Row& row, int part, std::size_t index) const {
    const std::span<const float> all = row.inputs[AsSize(weights_.first + part)].as<float>();
    const std::size_t width = part == 0 ? AsSize(weights_.inputs) : cells_;
    return all.subspan((AsSize(weights_.direction * facts_.gates) * cells_ + index) * width, width);
  }
  float Bias(const Row& row, std::size_t index) const {
    if (!weights_.has_bias) return 0;
    const std::span<const float> all = row.inputs[AsSize(weights_.first) + 2].as<float>();
    return all[AsSize(weights_.direction * facts_.bias_rows) * cells_ + index];
  }

  float Activate(std::size_t place, float x) const { return Apply(activations_[place], x); }
  float Clip(float x) const { return std::clamp(x, -clip_, clip_); }
  float InputPart(const Row& row, std::size_t index) const {
    return Dot(WeightRow(row, 0, index), row.x) + Bias(row, index);
  }
  // Of gate `gate`, cell `cell`, before its activation.
  float Gate(const Row& row, std::size_t gate, std::size_t cell) const {
    const std::size_t index = gate * cells_ + cell;
    return Clip(InputPart(row, index) + Dot(WeightRow(row, 1, index), row.h));
  }

  void RunRow(const Row& row) const {
    switch (kind_) {
      case CellKind::kLstm:
        return RunLstm(row);
      case CellKind::kGru:
      case CellKind::kGruLinearBeforeReset:
        return RunGru(row);
      case CellKind::kRnn:
        break;
    }
    for (std::size_t cell = 0; cell < cells_; ++cell) row.new_h[cell] = Activate(0, Gate(row, 0, cell));
  }

  void RunLstm(const Row& row) const {
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      const float forget = Activate(0, Gate(row, 0, cell));
      const float input = Activate(0, Gate(row, 1, cell));
      const float candidate = Activate(1, Gate(row, 2, cell));
      const float output = Activate(0, Gate(row, 3, cell));
      row.new_c[cell] = forget * row.c[cell] + input * candidate;
      row.new_h[cell] = output * Activate(2, row.new_c[cell]);
    }
  }

  void RunGru(const Row& row) const {
    const bool linear = kind_ == CellKind::kGruLinearBeforeReset;
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      const float reset = Activate(0, Gate(row, 1, cell));
      row.scratch[cell] = linear ? reset : reset * row.h[cell];
    }
    for (std::size_t cell = 0; cell < cells_; ++cell) {
      const float update = Activate(0, Gate(row, 0, cell));
      const std::size_t index = 2 * cells_ + cell;
      const std::span<const float> weights = WeightRow(row, 1, index);
      const float carried =
          linear ? row.scratch[cell] * (Dot(weights, row.h) + Bias(row, 3 * cells_ + cell)) : Dot(weights, row.scratch);
      const float candidate = Activate(1, Clip(InputPart(row, index) + carried));
      row.new_h[cell] = (1 - update) * candidate + update * row.h[cell];
    }
  }

  CellKind kind_;
  KindFacts facts_;
  CellWeights weights_;
  std::size_t cells_;
  std::vector<Activation> activations_;
  float clip_ = std::numeric_limits<float>::infinity();
};

class StepKernel final : public Kernel {
 public:
  explicit StepKernel(std::unique_ptr<const CellStep> step, std::int64_t batch)
      : step_(std::move(step)), batch_(batch) {}

  void Run(const KernelArgs& args) const override {
    const bool has_c = args.outputs.size() > 1;
    step_->Run({.batch = batch_,
                .x = args.inputs[0].as<float>(),
                .h = args.inputs[1].as<float>(),
                .c = has_c ? args.inputs[2].as<float>() : std::span<const float>(),
                .new_h = args.outputs[0].as<float>(),
                .new_c = has_c ? args.outputs[1].as<float>() : std::span<float>()},
               args.inputs, args.scratch);
  }

  std::size_t scratch_bytes() const override { return step_->ScratchBytes(batch_); }
  // Steps that do not read weights have one state: x, h and then the weights.
  bool ReadsInput(int input) const override { return input < 2 || step_->ReadsWeights(); }

 private:
  std::unique_ptr<const CellStep> step_;
  std::int64_t batch_;
};

}  // namespace

std::unique_ptr<const CellStep> MakeDefinedCell(CellKind kind, const CellAttributes& attributes,
                                                const CellWeights& weights, const KernelSite& site) {
  const DType dtype = site.input_types[0].dtype;
  if (dtype != DType::kF32) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("a recurrent cell of {} is not supported, only f32", DTypeName(dtype)));
  }
  return std::make_unique<DefinedCell>(kind, attributes, weights);
}

std::unique_ptr<const Kernel> MakeStepKernel(std::unique_ptr<const CellStep> step, std::int64_t batch) {
  return std::make_unique<StepKernel>(std::move(step), batch);
}

}  // namespace stepwell::ops::recurrent
