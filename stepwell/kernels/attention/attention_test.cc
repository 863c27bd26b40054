#include "stepwell/kernels/attention/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

struct Sizes {
  std::int64_t batch, heads, rows, keys, depth, value_depth;
};

// [batch, rows, heads, columns], as a dense layer gives them.
AttentionStrides InterleavedHeads(const Sizes& sizes, std::int64_t rows, std::int64_t columns) {
  return {rows * sizes.heads * columns, columns, sizes.heads * columns, 1};
}

// A case with tensors of its own.
struct Case {
  AttentionShape shape;
  std::vector<float> q, k, v, mask;

  explicit Case(const Sizes& sizes, unsigned seed = 1)
      : shape{.batch = sizes.batch,
              .heads = sizes.heads,
              .rows = sizes.rows,
              .keys = sizes.keys,
              .depth = sizes.depth,
              .value_depth = sizes.value_depth,
              .scale = 0.3F,
              .q = InterleavedHeads(sizes, sizes.rows, sizes.depth),
              .k = InterleavedHeads(sizes, sizes.keys, sizes.depth),
              .v = InterleavedHeads(sizes, sizes.keys, sizes.value_depth),
              .out = InterleavedHeads(sizes, sizes.rows, sizes.value_depth)},
        q(RandomFloats(sizes.batch * sizes.heads * sizes.rows * sizes.depth, seed, 2)),
        k(RandomFloats(sizes.batch * sizes.heads * sizes.keys * sizes.depth, seed + 1, 2)),
        v(RandomFloats(sizes.batch * sizes.heads * sizes.keys * sizes.value_depth, seed + 2)) {}

  // [batch, 1, rows or 1, keys]
  void AddMask(std::int64_t mask_rows) {
    mask = RandomFloats(shape.batch * mask_rows * shape.keys, 9, 4);
    shape.mask = AttentionStrides{mask_rows * shape.keys, 0, mask_rows == 1 ? 0 : shape.keys, 1};
  }

  std::vector<float> Run(WorkerTeam& team) const {
    std::vector<float> out(AsSize(shape.batch * shape.heads * shape.rows * shape.value_depth));
    AlignedBuffer scratch(AttentionScratchBytes(shape, team.num_threads()));
    Attention(shape, {q.data(), k.data(), v.data(), mask.data(), out.data()}, {scratch.data(), scratch.size()}, team);
    return out;
  }
};

std::int64_t At(const AttentionStrides& strides, std::int64_t b, std::int64_t h, std::int64_t row,
                std::int64_t column) {
  return b * strides.batch + h * strides.head + row * strides.row + column * strides.column;
}

// The probabilities of one row, in double.
std::vector<double> Probabilities(const Case& c, std::int64_t b, std::int64_t h, std::int64_t m) {
  std::vector<double> p(AsSize(c.shape.keys));
  for (std::int64_t n = 0; n < c.shape.keys; ++n) {
    double score = 0;
    for (std::int64_t d = 0; d < c.shape.depth; ++d) {
      score += double{c.q[AsSize(At(c.shape.q, b, h, m, d))]} * double{c.k[AsSize(At(c.shape.k, b, h, n, d))]};
    }
    p[AsSize(n)] = score * double{c.shape.scale};
    if (c.shape.mask) p[AsSize(n)] += double{c.mask[AsSize(At(*c.shape.mask, b, h, m, n))]};
  }
  const double largest = *std::ranges::max_element(p);
  double sum = 0;
  for (double& value : p) sum += value = std::exp(value - largest);
  for (double& value : p) value /= sum;
  return p;
}

void ExpectNearTruth(const Case& c, const std::vector<float>& out) {
  for (std::int64_t index = 0; index < c.shape.batch * c.shape.heads * c.shape.rows; ++index) {
    const std::int64_t m = index % c.shape.rows, bh = index / c.shape.rows;
    const std::int64_t h = bh % c.shape.heads, b = bh / c.shape.heads;
    const auto p = Probabilities(c, b, h, m);
    for (std::int64_t d = 0; d < c.shape.value_depth; ++d) {
      double truth = 0;
      for (std::int64_t n = 0; n < c.shape.keys; ++n)
        truth += p[AsSize(n)] * double{c.v[AsSize(At(c.shape.v, b, h, n, d))]};
      ASSERT_NEAR(out[AsSize(At(c.shape.out, b, h, m, d))], truth, 4e-6) << b << ' ' << h << ' ' << m << ' ' << d;
    }
  }
}

class AttentionTest : public EveryIsa {
 protected:
  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

TEST_P(AttentionTest, AgreesWithItsDefinitionInDouble) {
  for (const Sizes& sizes : {Sizes{1, 1, 1, 1, 1, 1}, Sizes{2, 3, 5, 7, 4, 6}, Sizes{1, 2, 50, 64, 64, 64},
                             Sizes{2, 2, 49, 65, 16, 70}, Sizes{1, 1, 100, 17, 3, 128}, Sizes{1, 2, 2, 1100, 8, 8}}) {
    Case c(sizes);
    ExpectNearTruth(c, c.Run(two_));
    c.AddMask(1);
    ExpectNearTruth(c, c.Run(two_));
    c.AddMask(sizes.rows);
    ExpectNearTruth(c, c.Run(one_));
  }
}

TEST_P(AttentionTest, ReadsTurnedKeysAndOneHeadForAll) {
  Case c({2, 3, 9, 20, 8, 5});
  c.shape.k = {20 * 8, 0, 1, 20};  // [batch, depth, keys], shared by the heads
  c.shape.mask = AttentionStrides{0, 1, 0, 0};
  c.mask = {1, 2, 3};
  ExpectNearTruth(c, c.Run(two_));
}

TEST_P(AttentionTest, GivesAHeadTheSameBitsAloneOnAnyNumberOfThreadsAndRows) {
  Case all({2, 4, 100, 90, 32, 32});
  const auto out = all.Run(one_);
  EXPECT_TRUE(SameBits(out, all.Run(two_)));
  Case part = all;
  part.shape.rows = 7;
  part.shape.out = all.shape.out;
  std::vector<float> first(out.size());
  AlignedBuffer scratch(AttentionScratchBytes(part.shape, 1));
  Attention(part.shape, {part.q.data(), part.k.data(), part.v.data(), nullptr, first.data()},
            {scratch.data(), scratch.size()}, one_);
  EXPECT_TRUE(SameBits(std::span<const float>(first).first(7 * 4 * 32), std::span<const float>(out).first(7 * 4 * 32)));
}

TEST_P(AttentionTest, KeepsANanInItsRow) {
  Case c({1, 1, 5, 20, 8, 4});
  c.q[2 * 8 + 3] = std::numeric_limits<float>::quiet_NaN();
  const auto out = c.Run(one_);
  for (std::size_t at = 0; at < out.size(); ++at) EXPECT_EQ(std::isnan(out[at]), at / 4 == 2) << at;
}

TEST_P(AttentionTest, LeavesOutWhatTheMaskForbids) {
  Case c({1, 1, 3, 20, 8, 4});
  c.AddMask(1);
  for (std::int64_t n = 5; n < 20; ++n) c.mask[AsSize(n)] = -std::numeric_limits<float>::infinity();
  const auto masked = c.Run(one_);
  c.shape.keys = 5;
  const auto shorter = c.Run(one_);
  for (std::size_t at = 0; at < masked.size(); ++at) EXPECT_NEAR(masked[at], shorter[at], 1e-6F);
}

INSTANTIATE_TEST_SUITE_P(Every, AttentionTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

}  // namespace
}  // namespace stepwell::kernels
