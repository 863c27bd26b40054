#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "stepwell/state/stream.h"
#include "tests/support/small_lstm.h"

namespace stepwell::testing {

// An application's memory: everything it was told, in order.
class Diary final : public state::StreamPart {
 public:
  std::string_view kind() const override { return "diary 1"; }
  std::unique_ptr<StreamPart> Fresh() const override { return std::make_unique<Diary>(); }
  void Save(ByteWriter& writer) const override { writer.WriteArray(std::span<const float>(entries)); }
  void Restore(ByteReader& reader) override { entries = reader.ReadArray<float>(); }

  std::vector<float> entries;
};

inline Diary& DiaryOf(state::Stream& stream) { return dynamic_cast<Diary&>(*stream.part()); }

// What runs streams of the small LSTM: the model, a layout and a stepper.
class SmallRunner {
 public:
  explicit SmallRunner(Dim batch = 1, float weights_phase = 0.1F)
      : SmallRunner(runtime::LoadedModel::Of(SmallLstm(weights_phase)), nullptr, batch) {}

  // Another one for the same model and layout, to be used by another thread.
  SmallRunner ForThread() const { return {model_, layout_, batch_}; }

  const runtime::LoadedModel& model() const { return *model_; }
  const std::shared_ptr<const state::StateLayout>& layout() const { return layout_; }
  state::Stepper& stepper() { return stepper_; }

  state::Stream Open(std::size_t rewind_depth = 0) const {
    return state::Stream(layout_, {.rewind_depth = rewind_depth, .part = std::make_unique<Diary>()});
  }

  // One call with numbers that depend on `input`; tells the diary what came out. Returns y of the row.
  std::vector<float> Step(state::Stream& stream, float input, std::int64_t row = 0) {
    const std::vector<float> x = Wave(static_cast<std::size_t>(2 * batch_), input);
    std::vector<float> y(3);
    const ConstTensorView inputs[] = {{{DType::kF32, {batch_, 2}}, std::as_bytes(std::span(x)).data()},
                                      {{DType::kI64, {1}}, reinterpret_cast<const std::byte*>(&row)}};
    const TensorView outputs[] = {{{DType::kF32, {1, 3}}, std::as_writable_bytes(std::span(y)).data()}};
    stream.Step(stepper_, inputs, outputs);
    DiaryOf(stream).entries.push_back(y[0]);
    return y;
  }

  // Calls with the inputs begin .. end-1.
  std::vector<std::vector<float>> Run(state::Stream& stream, int begin, int end) {
    std::vector<std::vector<float>> results;
    for (int i = begin; i < end; ++i) results.push_back(Step(stream, static_cast<float>(i)));
    return results;
  }

 private:
  SmallRunner(std::shared_ptr<const runtime::LoadedModel> model, std::shared_ptr<const state::StateLayout> layout,
              Dim batch)
      : model_(std::move(model)),
        layout_(layout != nullptr ? std::move(layout) : state::StateLayout::Make(*model_, batch)),
        stepper_(*model_, layout_, {.input_shapes = {Shape{batch, 2}, Shape{1}}}),
        batch_(batch) {}

  std::shared_ptr<const runtime::LoadedModel> model_;
  std::shared_ptr<const state::StateLayout> layout_;
  state::Stepper stepper_;
  Dim batch_;
};

}  // namespace stepwell::testing
