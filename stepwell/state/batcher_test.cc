#include "stepwell/state/batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "stepwell/base/error.h"
#include "tests/support/message_of.h"
#include "tests/support/small_stream.h"

namespace stepwell::state {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t kCells = 3;

// One LSTM cell a call: x f32[batch,2] -> y f32[batch,3], and i32[batch] `row` -> f32[batch,3], its row of a table of
// two, so that a stream can ask for what does not exist.
ir::Graph LstmAndTable() {
  ir::GraphBuilder builder;
  const TensorType state{DType::kF32, {kDynamic, 3}};
  const ir::ValueId x = builder.AddInput("x", {DType::kF32, {kDynamic, 2}}, Shape{1, 2}, {});
  const ir::ValueId row = builder.AddInput("row", {DType::kI32, {kDynamic}}, Shape{1}, {});
  const ir::ValueId cell = builder.AddInput("cell", state, Shape{1, 3}, {});
  const ir::ValueId hidden = builder.AddInput("hidden", state, Shape{1, 3}, {});
  ops::recurrent::LstmCell op;
  op.hidden_size = kCells;
  const auto next = builder.Add(
      "lstm", std::make_shared<const ops::recurrent::LstmCell>(op),
      {x, hidden, cell, testing::WaveConstant(builder, "w", {12, 2}, 0.3F),
       testing::WaveConstant(builder, "r", {12, 3}, 1.3F), testing::WaveConstant(builder, "b", {12}, 2.3F)});
  const ir::ValueId table = testing::WaveConstant(builder, "table", {2, 3}, 0);
  builder.AddOutput("y", next[0]);
  builder.AddOutput("cell_next", next[1]);
  builder.AddOutput("entry", builder.AddOne("entry", ops::select::Gather(), {table, row, builder.AddInt("axis", 0)}));
  builder.AddState({"cell", "cell", "cell_next", std::nullopt, ""});
  builder.AddState({"hidden", "hidden", "y", std::nullopt, ""});
  builder.SetName("lstm and table");
  return std::move(builder).Build();
}

class BatcherTest : public ::testing::Test {
 protected:
  // The memory of one stream's step.
  struct Memory {
    std::vector<float> x = {0, 0};
    std::int32_t row = 0;
    std::vector<float> y = std::vector<float>(kCells);
    std::vector<float> entry = std::vector<float>(kCells);
  };

  static runtime::PlanRequest Request(const ir::Graph& graph) {
    runtime::PlanRequest request{.input_shapes = {Shape{1, 2}, Shape{1}}};
    request.outputs = {*graph.FindOutput("y"), *graph.FindOutput("entry")};
    return request;
  }
  Batcher::Step StepOf(Batcher::Form& form, Stream& stream, Memory& memory) const {
    Batcher::Step step;
    step.form = &form;
    step.stream = &stream;
    step.inputs = {{{DType::kF32, {1, 2}}, std::as_bytes(std::span(memory.x)).data()},
                   {{DType::kI32, {1}}, reinterpret_cast<const std::byte*>(&memory.row)}};
    step.outputs = {{{DType::kF32, {1, 3}}, std::as_writable_bytes(std::span(memory.y)).data()},
                    {{DType::kF32, {1, 3}}, std::as_writable_bytes(std::span(memory.entry)).data()}};
    return step;
  }
  // What the stream gives alone.
  std::vector<float> Alone(Stream& stream, Memory memory) {
    const Batcher::Step step = StepOf(form_, stream, memory);
    stream.Step(lone_, step.inputs, step.outputs);
    return memory.y;
  }

  std::shared_ptr<const runtime::LoadedModel> model_ = runtime::LoadedModel::Of(LstmAndTable());
  std::shared_ptr<const StateLayout> layout_ = StateLayout::Make(*model_);
  Stepper lone_{*model_, layout_, Request(model_->graph())};
  Batcher batcher_{model_, layout_, {.most_streams = 3}};
  Batcher::Form& form_ = batcher_.AddForm(Request(model_->graph()));
};

TEST_F(BatcherTest, StepsAtMostSoManyStreamsInOneCallTheMostUrgentOnesFirst) {
  ASSERT_TRUE(form_.steps_together());
  std::vector<Stream> streams;
  for (int i = 0; i < 5; ++i) streams.emplace_back(layout_);
  std::vector<Memory> memory(5);
  std::vector<int> order;
  const auto now = Batcher::Clock::now();
  for (int i = 0; i < 5; ++i) {
    Batcher::Step step = StepOf(form_, streams[AsSize(i)], memory[AsSize(i)]);
    step.deadline = now + std::chrono::milliseconds(50 - 10 * i);
    step.done = [&order, i](const std::exception_ptr& failure) {
      EXPECT_EQ(failure, nullptr);
      order.push_back(i);
    };
    batcher_.Submit(std::move(step));
  }
  EXPECT_EQ(batcher_.RunOnce(), 3U);
  EXPECT_THAT(order, ElementsAre(4, 3, 2));
  EXPECT_EQ(batcher_.RunOnce(), 2U);
  EXPECT_THAT(order, ElementsAre(4, 3, 2, 1, 0));
  EXPECT_EQ(batcher_.RunOnce(), 0U);
}

TEST_F(BatcherTest, TakesCallsOfFewSizesWhenManyStreamsAreReady) {
  Batcher batcher(model_, layout_);
  Batcher::Form& form = batcher.AddForm(Request(model_->graph()));
  constexpr std::size_t kStreams = 43;
  std::vector<Stream> streams;
  for (std::size_t i = 0; i < kStreams; ++i) streams.emplace_back(layout_);
  std::vector<Memory> memory(kStreams);
  for (std::size_t i = 0; i < kStreams; ++i) batcher.Submit(StepOf(form, streams[i], memory[i]));
  EXPECT_EQ(batcher.RunOnce(), 40U);
  EXPECT_EQ(batcher.RunOnce(), 3U);
  for (const Stream& stream : streams) EXPECT_EQ(stream.call_number(), 1U);
}

TEST_F(BatcherTest, LetsNoStepWaitForEverBehindEarlierDeadlines) {
  Batcher impatient(model_, layout_, {.most_streams = 1, .most_wait = std::chrono::nanoseconds(0)});
  Batcher::Form& form = impatient.AddForm(Request(model_->graph()));
  Stream first(layout_), second(layout_);
  Memory memory[2];
  std::vector<int> order;
  Batcher::Step late = StepOf(form, first, memory[0]);
  late.done = [&](const std::exception_ptr&) { order.push_back(0); };
  Batcher::Step urgent = StepOf(form, second, memory[1]);
  urgent.done = [&](const std::exception_ptr&) { order.push_back(1); };
  impatient.Submit(std::move(late));
  urgent.deadline = Batcher::Clock::now() + std::chrono::milliseconds(5);
  impatient.Submit(std::move(urgent));
  while (impatient.RunOnce() > 0) continue;
  EXPECT_THAT(order, ElementsAre(0, 1));
}

TEST_F(BatcherTest, MakesTheStepsOfOneStreamOneAfterTheOther) {
  Stream stream(layout_), alone(layout_);
  std::vector<Memory> memory(3);
  for (std::size_t i = 0; i < memory.size(); ++i) {
    memory[i].x = testing::Wave(2, static_cast<float>(i));
    batcher_.Submit(StepOf(form_, stream, memory[i]));
  }
  for (std::size_t i = 0; i < memory.size(); ++i) {
    EXPECT_EQ(batcher_.RunOnce(), 1U);
    EXPECT_EQ(memory[i].y, Alone(alone, memory[i]));
  }
  EXPECT_EQ(stream.call_number(), 3U);
  EXPECT_EQ(stream.Save(), alone.Save());
}

TEST_F(BatcherTest, TellsOnlyTheStreamAtFaultAndLeavesItAsItWas) {
  std::vector<Stream> streams;
  for (int i = 0; i < 3; ++i) streams.emplace_back(layout_, StreamOptions{.rewind_depth = 1});
  std::vector<Memory> memory(3);
  memory[1].row = 7;
  const auto before = streams[1].Save();
  std::vector<std::future<void>> futures;
  for (std::size_t i = 0; i < 3; ++i) {
    futures.push_back(batcher_.SubmitForFuture(StepOf(form_, streams[i], memory[i])));
  }
  EXPECT_EQ(batcher_.RunOnce(), 3U);
  EXPECT_NO_THROW(futures[0].get());
  EXPECT_NO_THROW(futures[2].get());
  EXPECT_THAT(MessageOf([&] { futures[1].get(); }), HasSubstr("index 7 is outside axis 0 of extent 2"));
  EXPECT_EQ(streams[1].Save(), before);
  EXPECT_EQ(streams[0].call_number(), 1U);
  EXPECT_EQ(streams[0].rewindable(), 1U);
  EXPECT_EQ(streams[1].rewindable(), 0U);
}

TEST_F(BatcherTest, RewindsStreamsWithTheirParts) {
  Stream stream(layout_, {.rewind_depth = 2, .part = std::make_unique<testing::Diary>()});
  Memory memory;
  memory.x = {1, -1};
  const auto step = [&](float entry) {
    batcher_.Submit(StepOf(form_, stream, memory));
    batcher_.RunOnce();
    testing::DiaryOf(stream).entries.push_back(entry);
  };
  step(1);
  const auto before = stream.Save();
  step(2);
  step(3);
  stream.Rewind(2);
  EXPECT_EQ(stream.Save(), before);
  EXPECT_THAT(testing::DiaryOf(stream).entries, ElementsAre(1));
}

TEST_F(BatcherTest, RefusesAStepThatDoesNotFit) {
  Stream stream(layout_);
  Memory memory;
  Batcher::Step step = StepOf(form_, stream, memory);
  step.inputs.pop_back();
  EXPECT_EQ(MessageOf([&] { batcher_.Submit(step); }), "a call of this stream has 2 inputs and was given 1");
  EXPECT_EQ(batcher_.RunOnce(), 0U);
}

TEST_F(BatcherTest, FailsWhatHasNotRunWhenItEnds) {
  Stream stream(layout_);
  Memory memory;
  std::future<void> future;
  {
    Batcher other(model_, layout_);
    future = other.SubmitForFuture(StepOf(other.AddForm(Request(model_->graph())), stream, memory));
  }
  EXPECT_EQ(MessageOf([&] { future.get(); }), "the batcher was closed");
}

TEST_F(BatcherTest, StepsModelsWhoseRowsAreNotStreamsOneByOne) {
  const auto model = runtime::LoadedModel::Of(testing::SmallLstm());
  const auto layout = StateLayout::Make(*model);
  Batcher batcher(model, layout);
  EXPECT_FALSE(batcher.AddForm({.input_shapes = {Shape{1, 2}, Shape{1}}}).steps_together());
}

// Streams of a store, borrowed for each step, by many threads and a worker: each gets what it gets alone.
TEST_F(BatcherTest, ServesTheStreamsOfAStoreFromManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kStreamsEach = 3;
  constexpr int kSteps = 20;
  StateStore store;
  batcher_.Start();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937 random(static_cast<unsigned>(thread));
      std::vector<StreamHandle> handles;
      for (int i = 0; i < kStreamsEach; ++i) handles.push_back(store.Open(Stream(layout_)));
      for (int i = 0; i < kSteps; ++i) {
        Memory memory[kStreamsEach];
        std::vector<std::future<void>> done;
        for (std::size_t stream = 0; stream < kStreamsEach; ++stream) {
          if (random() % 4 == 0) continue;
          memory[stream].x = testing::Wave(2, static_cast<float>(store.Borrow(handles[stream])->call_number()));
          auto promise = std::make_shared<std::promise<void>>();
          done.push_back(promise->get_future());
          StateStore::Lease lease = store.Borrow(handles[stream]);
          Batcher::Step step = StepOf(form_, *lease, memory[stream]);
          step.done = [promise](const std::exception_ptr&) { promise->set_value(); };
          batcher_.Submit(std::move(lease), std::move(step));
        }
        for (auto& future : done) future.get();
      }
      for (const StreamHandle handle : handles) {
        Stream alone(layout_);
        Stepper stepper(*model_, layout_, Request(model_->graph()));
        const StateStore::Lease lease = store.Borrow(handle);
        for (std::uint64_t call = 0; call < lease->call_number(); ++call) {
          Memory memory;
          memory.x = testing::Wave(2, static_cast<float>(call));
          const Batcher::Step step = StepOf(form_, alone, memory);
          alone.Step(stepper, step.inputs, step.outputs);
        }
        EXPECT_EQ(lease->Save(), alone.Save());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace stepwell::state
