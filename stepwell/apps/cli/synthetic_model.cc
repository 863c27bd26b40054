#include "stepwell/apps/cli/synthetic_model.h"

#include <fmt/format.h>

#include <cmath>

#include "stepwell/apps/cli/model_flags.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/templates/deepspeech_template.h"
#include "stepwell/converter/templates/lm_1b_template.h"

namespace stepwell::cli {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): one addition and three multiplications a number, for a thousand million of
// them.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  float BetweenMinusOneAndOne() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    z ^= z >> 31U;
    return static_cast<float>(z >> 40U) / static_cast<float>(1 << 23) - 1.0F;
  }

 private:
  std::uint64_t state_;
};

// A seed from the variable's name, so that its values do not depend on the order in which variables are made (FNV-1a).
std::uint64_t SeedOf(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

// Uniform, scaled so that activations keep their size from layer to layer.
converter::SourceTensor RandomWeights(const std::string& name, const Shape& shape) {
  Random random(SeedOf(name));
  const double inputs = shape.rank() < 2
                            ? 16.0
                            : static_cast<double>(shape.num_elements()) / static_cast<double>(shape[shape.rank() - 1]);
  const auto scale = static_cast<float>(std::sqrt(3.0 / inputs));
  Tensor values({DType::kF32, shape});
  for (float& value : values.as<float>()) value = scale * random.BetweenMinusOneAndOne();
  const ir::ConstantData data = ir::ConstantData::Of(std::move(values));
  return {converter::TfType::kFloat, DType::kF32, shape, data.bytes, {}};
}

converter::SourceTensor Filled(const Shape& shape, float value) {
  Tensor values({DType::kF32, shape});
  for (float& element : values.as<float>()) element = value;
  const ir::ConstantData data = ir::ConstantData::Of(std::move(values));
  return {converter::TfType::kFloat, DType::kF32, shape, data.bytes, {}};
}

// A layer of DeepSpeech that ends in a clipped ReLU, and which share of its results is exactly zero in the trained
// model. Its sums are nearly normal around 0, with the root mean square of its inputs (RandomWeights), so that a bias
// of -rms * t makes all those zero that are below t standard deviations. What remains has the mean square
// rms^2 ((1 + t^2) (1 - zeros) - t density(t)).
struct ClippedLayer {
  int number;
  double t;      // a normal variable is below it in that share of cases
  double input;  // root mean square
};
constexpr ClippedLayer kClippedLayers[] = {
    {1, 0.150969, 0.577350},  // 56 % zeros; inputs are uniform between -1 and 1
    {2, 0.994458, 0.360778},  // 84 %
    {3, 1.554774, 0.099635},  // 94 %
    {5, 0.125661, 0.127},     // 55 %; measured: what the recurrence gives of layer 3's results
};

converter::SourceTensor DeepSpeechWeights(const std::string& name, const Shape& shape) {
  const std::optional<int> layer = converter::DeepSpeechLayerOfBias(name);
  for (const ClippedLayer& clipped : kClippedLayers) {
    if (layer == clipped.number) return Filled(shape, static_cast<float>(-clipped.t * clipped.input));
  }
  return RandomWeights(name, shape);
}

converter::SourceGraph MakeGraph(const SyntheticModel& model) {
  if (model.network == "deepspeech") {
    converter::DeepSpeechShape shape;
    shape.cells = model.size.value_or(shape.cells);
    return converter::MakeDeepSpeechGraph(shape, DeepSpeechWeights);
  }
  return converter::MakeLm1bGraph(converter::Lm1bShape::Scaled(model.size.value_or(1)), RandomWeights);
}

}  // namespace

SyntheticModel ParseSyntheticModel(std::string_view description) {
  const std::size_t colon = description.find(':');
  SyntheticModel model{std::string(description.substr(0, colon)), {}};
  if (colon != std::string_view::npos) model.size = ParseInt(description.substr(colon + 1));
  constexpr std::int64_t kLargest = 1 << 14;
  const bool bad_size = colon != std::string_view::npos && (!model.size || *model.size < 1 || *model.size > kLargest);
  if ((model.network != "deepspeech" && model.network != "lm_1b") || bad_size) {
    throw Error(
        ErrorKind::kInvalidArgument,
        fmt::format("'{}' is no synthetic model; give deepspeech[:CELLS] or lm_1b[:DIVISOR], numbers from 1 to {}",
                    description, kLargest));
  }
  return model;
}

std::shared_ptr<const runtime::LoadedModel> MakeSyntheticModel(const SyntheticModel& model) {
  converter::LoadedSource source;
  source.path = model.network;
  source.graph = MakeGraph(model);
  converter::ConvertResult converted = converter::Convert(source, {});
  PrintWarnings(converted.warnings);
  return runtime::LoadedModel::Of(std::move(converted.graph));
}

}  // namespace stepwell::cli
