#include "stepwell/state/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/message_of.h"
#include "tests/support/small_stream.h"

namespace stepwell::state {
namespace {

using testing::DiaryOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SmallRunner;

constexpr int kCalls = 8;

float Sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

// The equations of the cell, one row, in order f, i, c, o.
void ReferenceStep(const std::vector<float>& x, std::vector<float>& hidden, std::vector<float>& cell) {
  const std::vector<float> w = testing::Wave(24, 0.1F);
  const std::vector<float> r = testing::Wave(36, 1.1F);
  const std::vector<float> b = testing::Wave(12, 2.1F);
  std::vector<float> gates = b;
  for (std::size_t gate = 0; gate < 12; ++gate) {
    for (std::size_t i = 0; i < 2; ++i) gates[gate] += w[2 * gate + i] * x[i];
    for (std::size_t i = 0; i < 3; ++i) gates[gate] += r[3 * gate + i] * hidden[i];
  }
  for (std::size_t i = 0; i < 3; ++i) {
    cell[i] = Sigmoid(gates[i]) * cell[i] + Sigmoid(gates[3 + i]) * std::tanh(gates[6 + i]);
    hidden[i] = Sigmoid(gates[9 + i]) * std::tanh(cell[i]);
  }
}

TEST(Stream, CarriesEachStateToItsOwnInput) {
  SmallRunner runner;
  Stream stream = runner.Open();
  std::vector<float> hidden = {0, 0, 0};
  std::vector<float> cell = {0.5F, -0.25F, 1};
  for (int call = 0; call < kCalls; ++call) {
    const std::vector<float> y = runner.Step(stream, static_cast<float>(call));
    ReferenceStep(testing::Wave(2, static_cast<float>(call)), hidden, cell);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(y[i], hidden[i], 1e-6F) << "call " << call;
  }
  EXPECT_EQ(stream.call_number(), static_cast<std::uint64_t>(kCalls));
}

TEST(Stream, StartsEveryRowOfABatchFromTheInitialValue) {
  SmallRunner runner(2);
  const Stream stream = runner.Open();
  EXPECT_THAT(stream.state().Current(0).as<float>(), ElementsAre(0.5F, -0.25F, 1, 0.5F, -0.25F, 1));
  EXPECT_THAT(stream.state().Current(1).as<float>(), ElementsAre(0, 0, 0, 0, 0, 0));
}

TEST(Stream, SplitAnywhereBySaveAndRestoreIsAsIfNotSplit) {
  SmallRunner runner;
  Stream whole = runner.Open();
  const auto expected = runner.Run(whole, 0, kCalls);
  for (int split = 0; split <= kCalls; ++split) {
    Stream first = runner.Open();
    auto results = runner.Run(first, 0, split);
    SmallRunner other;  // as in another process: another model object, other packed weights
    Stream second = other.Open();
    second.Restore(first.Save());
    EXPECT_EQ(second.call_number(), static_cast<std::uint64_t>(split));
    for (auto& result : other.Run(second, split, kCalls)) results.push_back(std::move(result));
    EXPECT_EQ(results, expected) << "split after call " << split;
    EXPECT_EQ(second.Save(), whole.Save());
  }
}

TEST(Stream, ForkLeavesItsParentUntouched) {
  SmallRunner runner;
  Stream parent = runner.Open(2);
  runner.Run(parent, 0, 3);
  const std::vector<std::byte> before = parent.Save();
  Stream fork = parent.Fork();
  EXPECT_EQ(fork.Save(), before);
  runner.Run(fork, 10, 13);
  EXPECT_EQ(parent.Save(), before);
  EXPECT_NE(fork.Save(), before);
  Stream straight = runner.Open();
  runner.Run(straight, 0, 3);
  EXPECT_EQ(runner.Run(parent, 3, kCalls), runner.Run(straight, 3, kCalls));
}

TEST(Stream, ResetIsAsNew) {
  SmallRunner runner;
  Stream stream = runner.Open(2);
  const std::vector<std::byte> fresh = stream.Save();
  const auto expected = runner.Run(stream, 0, 3);
  stream.Reset();
  EXPECT_EQ(stream.Save(), fresh);
  EXPECT_EQ(stream.rewindable(), 0U);
  EXPECT_EQ(runner.Run(stream, 0, 3), expected);
}

TEST(Stream, RewindGoesBackToJustBeforeACall) {
  constexpr std::size_t kDepth = 3;
  SmallRunner runner;
  for (std::size_t back = 0; back <= kDepth; ++back) {
    Stream stream = runner.Open(kDepth);
    std::vector<std::vector<std::byte>> before;
    for (int call = 0; call < kCalls; ++call) {
      before.push_back(stream.Save());
      runner.Step(stream, static_cast<float>(call));
    }
    before.push_back(stream.Save());
    stream.Rewind(back);
    EXPECT_EQ(stream.Save(), before[before.size() - 1 - back]);
    EXPECT_EQ(stream.rewindable(), kDepth - back);
    runner.Run(stream, kCalls - static_cast<int>(back), kCalls);
    EXPECT_EQ(stream.Save(), before.back());
  }
}

TEST(Stream, RewindRefusesMoreThanItKept) {
  SmallRunner runner;
  Stream stream = runner.Open(2);
  runner.Run(stream, 0, 1);
  const std::vector<std::byte> before = stream.Save();
  EXPECT_THAT(
      MessageOf([&] { stream.Rewind(2); }),
      HasSubstr("2 calls were to be taken back, but only 1 can be; the stream was opened with a rewind depth of 2"));
  EXPECT_EQ(stream.Save(), before);
  runner.Run(stream, 1, kCalls);
  EXPECT_THROW(stream.Rewind(3), Error);
}

TEST(Stream, FailedCallLeavesEveryBit) {
  SmallRunner runner;
  Stream stream = runner.Open(2);
  runner.Run(stream, 0, 3);
  const std::vector<std::byte> before = stream.Save();
  EXPECT_THROW(runner.Step(stream, 3, /*row=*/7), Error);
  EXPECT_EQ(stream.Save(), before);
  EXPECT_EQ(stream.call_number(), 3U);
  stream.Rewind(2);
  Stream straight = runner.Open();
  runner.Run(straight, 0, 1);
  EXPECT_EQ(stream.Save(), straight.Save());
}

TEST(Stream, KeepsNanInItsOwnStream) {
  SmallRunner runner;
  Stream healthy = runner.Open();
  Stream sick = runner.Open();
  const std::vector<float> nan(3, std::nanf(""));
  sick.SetState(0, {{DType::kF32, {1, 3}}, std::as_bytes(std::span(nan)).data()});
  EXPECT_TRUE(std::isnan(runner.Step(sick, 0)[0]));
  Stream straight = runner.Open();
  EXPECT_EQ(runner.Step(healthy, 0), runner.Step(straight, 0));
}

TEST(Stream, StartsFromTheStateThatItWasGiven) {
  SmallRunner runner;
  Stream stream = runner.Open();
  std::vector<float> hidden = {0, 0, 0};
  std::vector<float> cell = {-1, 0.25F, 2};
  stream.SetState(0, {{DType::kF32, {1, 3}}, std::as_bytes(std::span(cell)).data()});
  const std::vector<float> y = runner.Step(stream, 5);
  ReferenceStep(testing::Wave(2, 5), hidden, cell);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(y[i], hidden[i], 1e-6F);
  EXPECT_THAT(MessageOf([&] {
                stream.SetState(0, {{DType::kF32, {2, 3}}, nullptr});
              }),
              HasSubstr("state 'cell' is f32[1,3] and was given f32[2,3]"));
}

TEST(Stream, RefusesASnapshotOfAnotherModel) {
  SmallRunner runner;
  SmallRunner other(1, /*weights_phase=*/0.2F);
  Stream stream = runner.Open();
  runner.Run(stream, 0, 2);
  const std::vector<std::byte> before = stream.Save();
  Stream foreign = other.Open();
  EXPECT_THAT(MessageOf([&] { stream.Restore(foreign.Save(), "'x.snapshot'"); }),
              ::testing::AllOf(HasSubstr("the snapshot is of model 'small lstm' (fingerprint "),
                               HasSubstr("while restoring a stream from 'x.snapshot'")));
  EXPECT_EQ(stream.Save(), before);
}

TEST(Stream, RefusesASnapshotOfAnotherBatch) {
  SmallRunner runner;
  SmallRunner other(2);
  Stream stream = runner.Open();
  EXPECT_THAT(MessageOf([&] { stream.Restore(other.Open().Save()); }),
              HasSubstr("state 'cell' of f32[1,3] was expected and 'cell' of f32[2,3] found"));
}

TEST(Stream, RefusesASnapshotOfAnotherApplication) {
  SmallRunner runner;
  const Stream bare(runner.layout());
  Stream stream = runner.Open();
  EXPECT_THAT(MessageOf([&] { stream.Restore(bare.Save()); }),
              HasSubstr("the stream holds memory of 'diary 1' and the snapshot no application's memory"));
}

TEST(Stream, OpensWithTheShapesOfASnapshot) {
  SmallRunner two(2);
  Stream saved = two.Open();
  two.Run(saved, 0, 3);
  const std::vector<std::byte> bytes = saved.Save();
  const auto layout = StateLayout::MakeShaped(two.model(), ShapesOf(ReadSnapshot(bytes)));
  Stream stream(layout, {.part = std::make_unique<testing::Diary>()});
  stream.Restore(bytes);
  EXPECT_EQ(stream.Save(), bytes);
}

}  // namespace
}  // namespace stepwell::state
