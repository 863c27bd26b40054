// What must hold of streams of real models whatever they compute: splitting, forking, resetting and rewinding change no
// bit. stepwell/state/ tests the rest on a small model.
#include <gtest/gtest.h>

#include "stepwell/converter/convert.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/state/stream.h"
#include "tests/support/random_tensor.h"
#include "tests/support/temp_folder.h"

namespace stepwell::tests {
namespace {

const std::filesystem::path kModels = STEPWELL_SOURCE_DIR "/models";
constexpr int kCalls = 6;

using Bytes = std::vector<std::byte>;

struct Source {
  std::string name;
  std::string graph;
  std::string checkpoint = {};
};

ir::Graph Convert(const Source& source) {
  converter::ConvertOptions options;
  options.source.model = kModels / source.graph;
  if (!source.checkpoint.empty()) options.source.checkpoint = kModels / source.checkpoint;
  return converter::Convert(options).graph;
}

// Floats between -1 and 1; integers that any of the models takes as a length, a character or a word.
Tensor RandomOf(const TensorType& type, testing::Random& random) {
  if (type.dtype == DType::kF32) return testing::RandomFloats(random, type.shape, -1, 1);
  Tensor tensor(type);
  for (auto& value : tensor.as<std::int32_t>()) value = static_cast<std::int32_t>(testing::RandomInt(random, 0, 16));
  return tensor;
}

class StreamsOf : public ::testing::TestWithParam<Source> {
 protected:
  StreamsOf()
      : model_(runtime::LoadedModel::Of(Convert(GetParam()))),
        layout_(state::StateLayout::Make(*model_)),
        stepper_(*model_, layout_) {}

  // Call number `call` of every stream has the same inputs. Returns the bytes of all outputs.
  Bytes Step(state::Stepper& stepper, state::Stream& stream, int call) {
    testing::Random random(static_cast<std::uint32_t>(call));
    std::vector<Tensor> tensors;
    std::vector<ConstTensorView> inputs;
    std::vector<TensorView> outputs;
    tensors.reserve(stepper.inputs().size() + stepper.outputs().size());
    for (const auto& port : stepper.inputs())
      inputs.push_back(tensors.emplace_back(RandomOf(port.type, random)).view());
    for (const auto& port : stepper.outputs()) outputs.push_back(tensors.emplace_back(port.type).view());
    stream.Step(stepper, inputs, outputs);
    Bytes bytes;
    for (const TensorView& output : outputs) bytes.insert(bytes.end(), output.data, output.data + output.size_bytes());
    return bytes;
  }
  std::vector<Bytes> Run(state::Stream& stream, int begin, int end) {
    std::vector<Bytes> results;
    for (int call = begin; call < end; ++call) results.push_back(Step(stepper_, stream, call));
    return results;
  }
  state::Stream Open(std::size_t rewind_depth = 0) const {
    return state::Stream(layout_, {.rewind_depth = rewind_depth});
  }

  std::shared_ptr<const runtime::LoadedModel> model_;
  std::shared_ptr<const state::StateLayout> layout_;
  state::Stepper stepper_;
};

TEST_P(StreamsOf, HaveStatesThatMatter) {
  ASSERT_FALSE(layout_->slots().empty());
  state::Stream stream = Open();
  state::Stream other = Open();
  Run(stream, 0, 1);
  EXPECT_NE(Step(stepper_, stream, 1), Step(stepper_, other, 1));
}

TEST_P(StreamsOf, GiveTheSameSplitAnywhereBySaveAndRestore) {
  state::Stream whole = Open();
  const std::vector<Bytes> expected = Run(whole, 0, kCalls);
  for (int split = 0; split <= kCalls; ++split) {
    state::Stream first = Open();
    std::vector<Bytes> results = Run(first, 0, split);
    state::Stream second = Open();
    second.Restore(first.Save());
    for (Bytes& result : Run(second, split, kCalls)) results.push_back(std::move(result));
    EXPECT_EQ(results, expected) << "split after call " << split;
    EXPECT_EQ(second.Save(), whole.Save());
  }
}

TEST_P(StreamsOf, GoOnInTheModelReadBackFromItsFile) {
  state::Stream whole = Open();
  Run(whole, 0, 2);
  const Bytes snapshot = whole.Save();
  const Bytes expected = Step(stepper_, whole, 2);
  const testing::TempFolder folder;
  const auto read = runtime::LoadedModel::Load(ir::WriteIr(model_->graph(), folder / "m.xml").xml);
  const auto layout = state::StateLayout::Make(*read);
  state::Stepper stepper(*read, layout);
  state::Stream stream(layout);
  stream.Restore(snapshot);
  EXPECT_EQ(Step(stepper, stream, 2), expected);
}

TEST_P(StreamsOf, LeaveTheirParentUntouchedWhenForked) {
  state::Stream parent = Open();
  Run(parent, 0, 2);
  const Bytes before = parent.Save();
  state::Stream fork = parent.Fork();
  Run(fork, 10, 12);
  EXPECT_EQ(parent.Save(), before);
  state::Stream straight = Open();
  Run(straight, 0, 2);
  EXPECT_EQ(Run(parent, 2, 4), Run(straight, 2, 4));
}

TEST_P(StreamsOf, AreAsNewWhenReset) {
  state::Stream stream = Open(1);
  const Bytes fresh = stream.Save();
  const std::vector<Bytes> expected = Run(stream, 0, 3);
  stream.Reset();
  EXPECT_EQ(stream.Save(), fresh);
  EXPECT_EQ(Run(stream, 0, 3), expected);
}

TEST_P(StreamsOf, GoBackWhenRewound) {
  state::Stream stream = Open(2);
  Run(stream, 0, 2);
  const Bytes before = stream.Save();
  const std::vector<Bytes> expected = Run(stream, 2, 4);
  stream.Rewind(2);
  EXPECT_EQ(stream.Save(), before);
  EXPECT_EQ(Run(stream, 2, 4), expected);
}

INSTANTIATE_TEST_SUITE_P(Models, StreamsOf,
                         ::testing::Values(Source{"DeepSpeech030", "deepspeech/0.3.0-64/output_graph.pb"},
                                           Source{"DeepSpeech082", "deepspeech/0.8.2-64/output_graph.pb"},
                                           Source{"Lm1b", "lm_1b/tiny/graph.pbtxt", "lm_1b/tiny/ckpt"}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace stepwell::tests
