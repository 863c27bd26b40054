#include "stepwell/apps/deepspeech/feature_batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "stepwell/base/error.h"

namespace stepwell::apps {
namespace {

struct Call {
  std::vector<float> windows;
  std::int64_t length = 0;
  friend bool operator==(const Call&, const Call&) = default;
};

constexpr FeatureShape kShape{.steps = 4, .context = 2, .features = 3};

std::vector<float> FrameOf(std::int64_t n) {
  const auto value = static_cast<float>(n);
  return {value + 0.25f, value + 0.5f, value + 0.75f};
}

// The calls that `frames` frames make, written down from the definition: frame n between its neighbours, zeros outside.
std::vector<Call> ExpectedCalls(std::int64_t frames) {
  std::vector<Call> calls;
  for (std::int64_t first = 0; first < frames; first += kShape.steps) {
    Call call;
    for (std::int64_t n = first; n < first + kShape.steps; ++n) {
      if (n < frames) ++call.length;
      for (std::int64_t m = n - kShape.context; m <= n + kShape.context; ++m) {
        const bool is_there = n < frames && m >= 0 && m < frames;
        const std::vector<float> frame = is_there ? FrameOf(m) : std::vector<float>(3);
        call.windows.insert(call.windows.end(), frame.begin(), frame.end());
      }
    }
    calls.push_back(std::move(call));
  }
  return calls;
}

class FeatureBatchTest : public testing::Test {
 protected:
  void Run(FeatureBatch& batch, std::int64_t begin, std::int64_t end) {
    for (std::int64_t n = begin; n < end; ++n) batch.Push(FrameOf(n), keep_);
  }
  std::vector<Call> calls_;
  std::function<void(std::span<const float>, std::int64_t)> keep_ = [this](std::span<const float> windows,
                                                                           std::int64_t length) {
    calls_.push_back({{windows.begin(), windows.end()}, length});
  };
};

TEST_F(FeatureBatchTest, GivesEveryFrameItsNeighboursAndPadsTheLastCall) {
  for (std::int64_t frames = 0; frames <= 13; ++frames) {
    calls_.clear();
    FeatureBatch batch(kShape);
    Run(batch, 0, frames);
    batch.Flush(keep_);
    EXPECT_EQ(calls_, ExpectedCalls(frames)) << frames;
  }
}

TEST_F(FeatureBatchTest, GoesOnFromASavedStateBitForBit) {
  for (std::int64_t split = 0; split <= 13; ++split) {
    calls_.clear();
    FeatureBatch first(kShape);
    Run(first, 0, split);
    ByteWriter writer;
    first.Save(writer);
    FeatureBatch second(kShape);
    Run(second, 0, 5);  // which Restore must forget
    calls_.resize(static_cast<std::size_t>(std::max<std::int64_t>(split - 2, 0) / 4));
    ByteReader reader(writer.bytes(), "batch");
    second.Restore(reader);
    reader.ExpectEnd();
    Run(second, split, 13);
    second.Flush(keep_);
    EXPECT_EQ(calls_, ExpectedCalls(13)) << split;
  }
}

TEST_F(FeatureBatchTest, RefusesAnotherShapesStateAndADamagedOne) {
  FeatureBatch batch(kShape);
  Run(batch, 0, 5);
  ByteWriter writer;
  batch.Save(writer);
  FeatureBatch other({.steps = 4, .context = 1, .features = 3});
  ByteReader reader(writer.bytes(), "batch");
  EXPECT_THROW(other.Restore(reader), Error);
  for (std::size_t at = 0; at < writer.bytes().size(); ++at) {
    std::vector<std::byte> damaged(writer.bytes().begin(), writer.bytes().end());
    damaged[at] ^= std::byte{0x41};
    FeatureBatch restored(kShape);
    ByteReader damaged_reader(damaged, "batch");
    try {
      restored.Restore(damaged_reader);
      restored.Flush(keep_);
    } catch (const Error&) {
    }
  }
}

TEST_F(FeatureBatchTest, RefusesShapesThatNoModelHas) {
  EXPECT_THROW(FeatureBatch({.steps = 0, .context = 9, .features = 26}), Error);
  EXPECT_THROW(FeatureBatch({.steps = 16, .context = -1, .features = 26}), Error);
  EXPECT_THROW(FeatureBatch({.steps = 1 << 20, .context = 1 << 20, .features = 26}), Error);
}

}  // namespace
}  // namespace stepwell::apps
