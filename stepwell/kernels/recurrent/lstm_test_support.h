#pragma once

// For the tests of LSTM layers.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/kernels/recurrent/lstm.h"
#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {

struct Sizes {
  std::int64_t inputs = 1;
  std::int64_t cells = 1;
  std::int64_t projected = 0;  // 0: no projection

  std::int64_t outputs() const { return projected > 0 ? projected : cells; }
};

// The tensors of one call.
struct Call {
  LstmExtent extent;
  std::vector<float> x, initial_h, initial_c, h_all, c_all, c_last;

  Call(const Sizes& sizes, const LstmExtent& e)
      : extent(e),
        x(RandomFloats(e.frames * e.batch * sizes.inputs, 11)),
        initial_h(RandomFloats(e.batch * sizes.outputs(), 12)),
        initial_c(RandomFloats(e.batch * sizes.cells, 13)),
        h_all(AsSize(e.frames * e.batch * sizes.outputs())),
        c_all(AsSize(e.frames * e.batch * sizes.cells)),
        c_last(AsSize(e.batch * sizes.cells)) {}

  LstmArguments arguments() { return {x, initial_h, initial_c, h_all, c_all, c_last}; }
};

inline void Perform(const LstmLayer& layer, Call& call, WorkerTeam& team) {
  AlignedBuffer scratch(layer.ScratchBytes(call.extent, team));
  layer.Run(call.extent, call.arguments(), scratch.span(), team);
}

inline void ExpectNear(std::span<const float> actual, std::span<const float> expected, float tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t at = 0; at < actual.size(); ++at) ASSERT_NEAR(actual[at], expected[at], tolerance) << "at " << at;
}

inline std::span<const float> Part(const std::vector<float>& all, std::int64_t first, std::int64_t count) {
  return std::span(all).subspan(AsSize(first), AsSize(count));
}

// A row of a batch that is run whole gives the bits that it gives alone on one thread, for each of the sizes of
// batches.
inline void ExpectSameBitsInBatches(const LstmLayer& layer, const Sizes& sizes, std::span<const std::int64_t> batches,
                                    WorkerTeam& one, WorkerTeam& team) {
  for (const std::int64_t batch : batches) {
    Call all(sizes, {.frames = 2, .batch = batch, .order = SequenceOrder::kBatchFirst});
    Perform(layer, all, team);
    for (std::int64_t row = 0; row < batch; ++row) {
      Call single(sizes, {.frames = 2});
      const auto of_row = [row](const std::vector<float>& whole, const std::vector<float>& part) {
        return Part(whole, row * std::ssize(part), std::ssize(part));
      };
      std::ranges::copy(of_row(all.x, single.x), single.x.begin());
      std::ranges::copy(of_row(all.initial_h, single.initial_h), single.initial_h.begin());
      std::ranges::copy(of_row(all.initial_c, single.initial_c), single.initial_c.begin());
      Perform(layer, single, one);
      ASSERT_TRUE(SameBits(single.h_all, of_row(all.h_all, single.h_all))) << "row " << row << " of " << batch;
    }
  }
}

}  // namespace stepwell::kernels
