#include <gtest/gtest.h>

#include <filesystem>

#include "stepwell/base/npy.h"
#include "stepwell/passes/rewriter.h"
#include "stepwell/state/stream.h"
#include "tests/support/model_runner.h"

// DeepSpeech as OpenVINO's mo wrote it, its state pairs said by us, against three calls recorded from TensorFlow.
namespace stepwell::state {
namespace {

const std::filesystem::path kDeepSpeech = std::filesystem::path(STEPWELL_SOURCE_DIR) / "models/deepspeech";
constexpr const char* kScope = "cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell/";
constexpr float kTolerance = 1e-5F;  // of the largest magnitude

std::shared_ptr<const runtime::LoadedModel> LoadWithStates() {
  const auto model = runtime::LoadedModel::Load(kDeepSpeech / "openvino_ir/mo2024.6-0.8.2/output_graph.xml");
  passes::Rewriter rewriter(model->graph());
  rewriter.CopyInputs();
  for (const ir::Node& node : model->graph().nodes()) rewriter.CopyNode(node);
  for (const ir::Output& output : model->graph().outputs()) {
    rewriter.builder().AddOutput(output.name, rewriter.Mapped(output.value));
  }
  const std::string scope = kScope;
  rewriter.builder().AddState({"h", "previous_state_h", scope + "GatherNd_1:0", std::nullopt, ""});
  rewriter.builder().AddState({"c", "previous_state_c", scope + "GatherNd:0", std::nullopt, ""});
  return runtime::LoadedModel::Of(std::move(rewriter.builder()).Build());
}

Tensor Recorded(int call, const std::string& name) {
  return ReadNpy(kDeepSpeech / "recorded/0.8.2-64" / ("chunk" + std::to_string(call)) / (name + ".npy"));
}

Tensor TensorOf(const ConstTensorView& view) { return Tensor::Of<float>(view.type.shape, view.as<float>()); }

TEST(RecordedStream, GivesWhatTensorFlowGaveOverAllCalls) {
  const auto model = LoadWithStates();
  const auto layout = StateLayout::Make(*model);
  Stepper stepper(*model, layout);
  ASSERT_EQ(stepper.inputs().size(), 1U);
  ASSERT_EQ(stepper.outputs().size(), 1U);
  Stream stream(layout);
  Tensor logits(stepper.outputs()[0].type);
  for (int call = 0; call < 3; ++call) {
    const Tensor features = Recorded(call, "input_node");
    const ConstTensorView inputs[] = {features.view()};
    const TensorView outputs[] = {logits.view()};
    stream.Step(stepper, inputs, outputs);
    const auto expect_close = [&](const Tensor& found, const std::string& name) {
      EXPECT_LE(tests::RelativeDifference(found, Recorded(call, name)), kTolerance) << name << " of call " << call;
    };
    expect_close(logits, "logits");
    expect_close(TensorOf(stream.state().Current(0)), "new_state_h");
    expect_close(TensorOf(stream.state().Current(1)), "new_state_c");
  }
}

}  // namespace
}  // namespace stepwell::state
