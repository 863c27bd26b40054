#include "stepwell/apps/cli/synthetic_model.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

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

converter::SourceGraph MakeGraph(std::string_view name, std::optional<std::int64_t> size) {
  if (name == "deepspeech") {
    converter::DeepSpeechShape shape;
    shape.cells = size.value_or(shape.cells);
    return converter::MakeDeepSpeechGraph(shape, RandomWeights);
  }
  return converter::MakeLm1bGraph(converter::Lm1bShape::Scaled(size.value_or(1)), RandomWeights);
}

}  // namespace

std::shared_ptr<const runtime::LoadedModel> MakeSyntheticModel(std::string_view description) {
  const std::size_t colon = description.find(':');
  const std::string_view name = description.substr(0, colon);
  std::optional<std::int64_t> size;
  if (colon != std::string_view::npos) size = ParseInt(description.substr(colon + 1));
  constexpr std::int64_t kLargest = 1 << 14;
  const bool bad_size = colon != std::string_view::npos && (!size || *size < 1 || *size > kLargest);
  if ((name != "deepspeech" && name != "lm_1b") || bad_size) {
    throw Error(
        ErrorKind::kInvalidArgument,
        fmt::format("'{}' is no synthetic model; give deepspeech[:CELLS] or lm_1b[:DIVISOR], numbers from 1 to {}",
                    description, kLargest));
  }
  converter::LoadedSource source;
  source.path = name;
  source.graph = MakeGraph(name, size);
  return runtime::LoadedModel::Of(converter::Convert(source, {}).graph);
}

}  // namespace stepwell::cli
