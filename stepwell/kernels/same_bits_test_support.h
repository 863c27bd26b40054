#pragma once

// A row's bits are its own: whatever computes rows of a batch gives each of them, at every position in batches of 2 to
// 64, on one thread and on two, under every instruction set, the bits that it has alone. This is what such tests share.

#include <gtest/gtest.h>

#include <functional>

#include "stepwell/kernels/gemm/compressed_test_support.h"
#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {

inline constexpr std::int64_t kMostRows = 64;

// The first `rows` rows of some input, on a team, to as many rows of output.
using Compute = std::function<std::vector<float>(std::int64_t rows, std::span<const float> x, WorkerTeam& team)>;

class SameBitsTest : public EveryIsa {
 protected:
  // `x` is [kMostRows, ...], all rows different.
  void ExpectSameBitsInEveryBatch(std::span<const float> x, const Compute& compute) {
    const std::size_t in = x.size() / AsSize(kMostRows);
    std::vector<float> singles;
    for (std::int64_t row = 0; row < kMostRows; ++row) {
      const std::vector<float> single = compute(1, x.subspan(AsSize(row) * in, in), one_);
      singles.insert(singles.end(), single.begin(), single.end());
      ASSERT_TRUE(SameBits(compute(1, x.subspan(AsSize(row) * in, in), two_), single)) << "row " << row;
    }
    const std::size_t out = singles.size() / AsSize(kMostRows);
    for (std::int64_t rows = 2; rows <= kMostRows; ++rows) {
      for (WorkerTeam* team : {&one_, &two_}) {
        const std::vector<float> batch = compute(rows, x.first(AsSize(rows) * in), *team);
        ASSERT_EQ(batch.size(), AsSize(rows) * out);
        for (std::size_t row = 0; row < AsSize(rows); ++row) {
          ASSERT_TRUE(SameBits(std::span(batch).subspan(row * out, out), std::span(singles).subspan(row * out, out)))
              << "row " << row << " of " << rows << " on " << team->num_threads() << " threads";
        }
      }
    }
  }

  WorkerTeam one_{1};
  WorkerTeam two_{2};
};

// Half of the elements are exactly zero, and some inputs are in most of the rows: what is skipped depends on the batch.
inline std::vector<float> RowsWithZeros(std::int64_t inputs) {
  auto x = RandomFloats(kMostRows * inputs, 21);
  const auto chance = RandomFloats(kMostRows * inputs, 22);
  for (std::int64_t at = 0; at < std::ssize(x); ++at) {
    if (chance[AsSize(at)] < (at % inputs % 3 == 0 ? 0.97F : -0.2F)) x[AsSize(at)] = 0;
  }
  return x;
}

// One way of storing weights, and of multiplying by them.
struct Storage {
  const char* name;
  Compression compression;  // of kF32: none
  ActivationFormat activations = ActivationFormat::kFp32;
};
inline void PrintTo(const Storage& storage, std::ostream* out) { *out << storage.name; }

inline constexpr Storage kStorages[] = {
    {"fp32", {DType::kF32, 0}},
    {"bf16", {DType::kBF16, 0}},
    {"int8", {DType::kI8, -1}},
    {"int8 by 32", {DType::kI8, 32}},
    {"int4 by 64", {DType::kI4, 64}},
    {"int8, integer activations", {DType::kI8, -1}, ActivationFormat::kInt8},
    {"int8 by 32, integer activations", {DType::kI8, 32}, ActivationFormat::kInt8},
    {"int4 by 64, integer activations", {DType::kI4, 64}, ActivationFormat::kInt8},
};

inline WeightSource StoredWeights(const Storage& storage, std::int64_t inputs, std::int64_t outputs) {
  constexpr auto kOrder = WeightOrder::kOutputsByInputs;
  if (storage.compression.dtype == DType::kF32) {
    return DenseWeights(BytesOfFloats(RandomFloats(inputs * outputs, 23, 0.1F)), inputs, outputs, kOrder);
  }
  const auto random = RandomCompressed(storage.compression, inputs, outputs, kOrder);
  auto compressed = std::make_shared<CompressedFloats>(*random);
  compressed->activations = storage.activations;
  return DenseWeights(LazyBytes(std::shared_ptr<const CompressedFloats>(compressed)), inputs, outputs, kOrder);
}

// Rows that consist of several parts, taken apart: all first parts, all second parts ...
inline std::vector<std::vector<float>> PartsOfRows(std::span<const float> x, std::int64_t rows,
                                                   std::span<const std::int64_t> sizes) {
  std::vector<std::vector<float>> parts(sizes.size());
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::size_t part = 0; part < sizes.size(); ++part) {
      const auto own = x.first(AsSize(sizes[part]));
      parts[part].insert(parts[part].end(), own.begin(), own.end());
      x = x.subspan(own.size());
    }
  }
  return parts;
}

// The other way round.
inline std::vector<float> RowsOfParts(std::int64_t rows, std::span<const std::span<const float>> parts) {
  std::vector<float> all;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (const std::span<const float> part : parts) {
      const std::size_t size = part.size() / AsSize(rows);
      const auto own = part.subspan(AsSize(row) * size, size);
      all.insert(all.end(), own.begin(), own.end());
    }
  }
  return all;
}

}  // namespace stepwell::kernels
