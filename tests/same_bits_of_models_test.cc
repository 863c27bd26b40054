// Whole models give each row of a batch the bits that it has alone, at every position, on the team's threads and on
// one, under every instruction set, however their weights are stored.
#include <gtest/gtest.h>

#include <cstring>
#include <optional>

#include "stepwell/base/parallel.h"
#include "stepwell/converter/convert.h"
#include "stepwell/ir/roles.h"
#include "stepwell/kernels/isa.h"
#include "stepwell/quantize/quantize.h"
#include "tests/support/model_runner.h"
#include "tests/support/random_tensor.h"
#include "tests/support/tensor_part.h"

namespace stepwell::tests {
namespace {

using quantize::QuantizeOptions;
using quantize::WeightFormat;

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models";
constexpr Dim kMostRows = 64;
constexpr Dim kBatches[] = {2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 31, 32, 33, 47, 48, 49, 50, 63, 64};

ir::Graph DeepSpeech() {
  converter::ConvertOptions options;
  options.source.model = kModels / "deepspeech/0.8.2-64/output_graph.pb";
  return converter::Convert(options).graph;
}

ir::Graph Lm1b() {
  converter::ConvertOptions options;
  options.source.model = kModels / "lm_1b/tiny/graph.pbtxt";
  options.source.checkpoint = kModels / "lm_1b/tiny/ckpt";
  return converter::Convert(options).graph;
}

// Calls of a model whose inputs have the batch as first axis, on random inputs of kMostRows rows.
class Calls {
 public:
  explicit Calls(ir::Graph model) : runner_(runtime::LoadedModel::Of(std::move(model))) {
    testing::Random random(7);
    const ir::Graph& graph = runner_.model().graph();
    for (const ir::Input& input : graph.inputs()) {
      if (HasRole(ir::kRoleSamples, input.name)) continue;  // of one window of audio, no row
      Shape shape = input.default_shape;
      shape[0] = kMostRows;
      Tensor tensor({graph.value(input.value).type.dtype, shape});
      if (tensor.type().dtype == DType::kF32) tensor = testing::RandomFloats(random, shape, -1, 1);
      if (tensor.type().dtype == DType::kI32) {  // lengths, characters
        for (auto& value : tensor.as<std::int32_t>())
          value = static_cast<std::int32_t>(testing::RandomInt(random, 0, 16));
      }
      inputs_.emplace(input.name, std::move(tensor));
    }
  }

  Tensors Run(Dim first, Dim rows) const {
    Tensors some;
    for (const auto& [name, tensor] : inputs_) {
      const bool floats = tensor.type().dtype == DType::kF32;
      some.emplace(name, floats ? Part<float>(tensor, 0, first, rows) : Part<std::int32_t>(tensor, 0, first, rows));
    }
    return runner_.Run(some);
  }

  // Row `row` of an output of a batch; nothing for what is a mean over the batch. DeepSpeech's logits are [frames,
  // batch, letters].
  std::optional<Tensor> Row(const std::string& name, const Tensor& output, Dim row) const {
    if (output.type().shape.rank() == 0) return std::nullopt;
    return Part<float>(output, HasRole(ir::kRoleLogits, name) && output.type().shape.rank() == 3 ? 1 : 0, row, 1);
  }

 private:
  bool HasRole(std::string_view role, const std::string& name) const {
    const auto& roles = runner_.model().graph().roles();
    const auto found = roles.find(std::string(role));
    return found != roles.end() && found->second == name;
  }

  ModelRunner runner_;
  Tensors inputs_;
};

bool SameBits(const Tensor& a, const Tensor& b) {
  const auto x = a.as<float>(), y = b.as<float>();
  return x.size() == y.size() && std::memcmp(x.data(), y.data(), x.size_bytes()) == 0;
}

// Every row alone, where the team is busy and the caller works by itself.
std::vector<Tensors> RowsAlone(const Calls& calls) {
  std::vector<Tensors> alone(AsSize(kMostRows));
  WorkerTeam::Shared().Run([&](int member) {
    if (member != 0) return;
    for (Dim row = 0; row < kMostRows; ++row) alone[AsSize(row)] = calls.Run(row, 1);
  });
  return alone;
}

void ExpectSameBits(const Calls& calls, const Tensors& batch, std::span<const Tensors> alone) {
  for (const auto& [name, output] : batch) {
    for (std::size_t row = 0; row < alone.size(); ++row) {
      const std::optional<Tensor> own = calls.Row(name, output, static_cast<Dim>(row));
      if (!own) continue;
      ASSERT_TRUE(SameBits(*own, alone[row].at(name))) << name << " of row " << row << " of " << alone.size();
    }
  }
}

class SameBitsOfModels : public ::testing::TestWithParam<Isa> {
 protected:
  SameBitsOfModels() { kernels::ForceIsa(GetParam()); }
  ~SameBitsOfModels() override { kernels::ForceIsa(ChosenIsa()); }
};

void ExpectSameBitsInEveryBatch(ir::Graph graph) {
  const Calls calls(std::move(graph));
  const std::vector<Tensors> alone = RowsAlone(calls);
  for (const Dim rows : kBatches) {
    ExpectSameBits(calls, calls.Run(0, rows), std::span(alone).first(AsSize(rows)));
    WorkerTeam::Shared().Run([&](int member) {
      if (member == 0) ExpectSameBits(calls, calls.Run(0, rows), std::span(alone).first(AsSize(rows)));
    });
  }
}

TEST_P(SameBitsOfModels, DeepSpeech) { ExpectSameBitsInEveryBatch(DeepSpeech()); }
TEST_P(SameBitsOfModels, Lm1b) { ExpectSameBitsInEveryBatch(Lm1b()); }
TEST_P(SameBitsOfModels, QuantisedDeepSpeech) {
  for (const WeightFormat format : {WeightFormat::kInt8, WeightFormat::kInt4, WeightFormat::kBf16}) {
    SCOPED_TRACE(quantize::NameOf(format));
    QuantizeOptions options;
    options.format = format;
    ExpectSameBitsInEveryBatch(Quantize(DeepSpeech(), options).graph);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, SameBitsOfModels, ::testing::ValuesIn(kernels::RunnableIsas()),
                         [](const auto& tested) { return std::string(IsaName(tested.param)); });

}  // namespace
}  // namespace stepwell::tests
