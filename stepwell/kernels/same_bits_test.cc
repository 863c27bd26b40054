#include <array>

#include "stepwell/kernels/attention/attention.h"
#include "stepwell/kernels/conv/conv2d.h"
#include "stepwell/kernels/conv/image_convolution.h"
#include "stepwell/kernels/gemm/matmul.h"
#include "stepwell/kernels/gemm/multiply.h"
#include "stepwell/kernels/normalize/normalize.h"
#include "stepwell/kernels/recurrent/lstm.h"
#include "stepwell/kernels/same_bits_test_support.h"
#include "stepwell/kernels/softmax/softmax.h"

namespace stepwell::kernels {
namespace {

class SameBitsOfProducts : public SameBitsTest {
 protected:
  // Whole panels and a rest; the batch decides whether the work is worth two threads, and how it is cut.
  static constexpr std::int64_t kInputs = 256, kOutputs = 300;

  // Each row has something added to its product.
  void ExpectSameBits(const Storage& storage, Epilogue epilogue, Inputs inputs = Inputs::kOftenZero) {
    SCOPED_TRACE(testing::PrintToString(storage));
    const PackedMatrix weights(StoredWeights(storage, kInputs, kOutputs), two_, PackedBlocks::Fresh(), inputs);
    ASSERT_EQ(weights.activations(), storage.activations);
    const auto x = RowsWithZeros(kInputs + kOutputs);
    ExpectSameBitsInEveryBatch(x, [&](std::int64_t rows, std::span<const float> all, WorkerTeam& team) {
      const auto parts = PartsOfRows(all, rows, std::array{kInputs, kOutputs});
      std::vector<float> out(parts[1].size(), 0.25F);
      epilogue.addend = parts[1];
      AlignedBuffer scratch(MultiplyScratchBytes(weights, rows));
      Multiply(weights, parts[0], rows, out, epilogue, team, scratch.span());
      return out;
    });
  }

  const std::vector<float> bias_ = RandomFloats(kOutputs, 25);
};

TEST_P(SameBitsOfProducts, WithEveryStorageOfWeights) {
  for (const Storage& storage : kStorages) {
    for (const Inputs inputs : {Inputs::kOftenZero, Inputs::kSeldomZero}) {
      ExpectSameBits(storage, {.bias = bias_, .low = 0, .high = 20}, inputs);
    }
  }
}

TEST_P(SameBitsOfProducts, WithEveryEpilogue) {
  using Activation = Epilogue::Activation;
  for (const Storage& storage : {kStorages[0], kStorages[5]}) {
    for (const auto activation :
         {Activation::kSigmoid, Activation::kTanh, Activation::kGeluErf, Activation::kGeluTanh}) {
      ExpectSameBits(storage, {.bias = bias_, .activation = activation});
    }
    ExpectSameBits(storage, {.start = Epilogue::Start::kOutput});
  }
}

INSTANTIATE_TEST_SUITE_P(Every, SameBitsOfProducts, testing::ValuesIn(RunnableIsas()), NameOfIsa);

TEST_P(SameBitsTest, OfLstmLayersWithEveryStorageOfWeights) {
  constexpr std::int64_t kInputs = 128, kCells = 130, kProjected = 128, kFrames = 2;
  for (const Storage& storage : kStorages) {
    SCOPED_TRACE(testing::PrintToString(storage));
    const LstmLayer layer({.input = StoredWeights(storage, kInputs, 4 * kCells),
                           .recurrent = StoredWeights(storage, kProjected, 4 * kCells),
                           .order = kTensorFlowLstmGates,
                           .projection = StoredWeights(kStorages[0], kCells, kProjected)},
                          two_);
    const std::array row = {kFrames * kInputs, kProjected, kCells};
    const auto x = RowsWithZeros(row[0] + row[1] + row[2]);
    ExpectSameBitsInEveryBatch(x, [&](std::int64_t rows, std::span<const float> all, WorkerTeam& team) {
      const auto parts = PartsOfRows(all, rows, row);
      const LstmExtent extent{.frames = kFrames, .batch = rows, .order = SequenceOrder::kBatchFirst};
      std::vector<float> h(AsSize(rows * kFrames * kProjected)), c(AsSize(rows * kCells));
      AlignedBuffer scratch(layer.ScratchBytes(extent));
      layer.Run(extent, {.x = parts[0], .initial_h = parts[1], .initial_c = parts[2], .h_all = h, .c_last = c},
                scratch.span(), team);
      return RowsOfParts(rows, std::array<std::span<const float>, 2>{h, c});
    });
  }
}

TEST_P(SameBitsTest, OfProductsOfComputedMatrices) {
  constexpr std::int64_t kRows = 9, kInner = 70, kColumns = 65;
  const std::array row = {kRows * kInner, kInner * kColumns};
  const auto x = RandomFloats(kMostRows * (row[0] + row[1]), 26);
  ExpectSameBitsInEveryBatch(x, [&](std::int64_t rows, std::span<const float> all, WorkerTeam& team) {
    const auto parts = PartsOfRows(all, rows, row);
    const MatMulPlan plan({rows, kRows, kInner}, {rows, kInner, kColumns}, Transposed::kNo, Transposed::kNo);
    std::vector<float> out(AsSize(rows * kRows * kColumns));
    AlignedBuffer scratch(plan.ScratchBytes(team.num_threads()));
    plan.Run(parts[0], parts[1], out, scratch.span(), team);
    return out;
  });
}

TEST_P(SameBitsTest, OfAttention) {
  constexpr std::int64_t kHeads = 2, kRows = 17, kDepth = 24;
  constexpr std::int64_t kSize = kHeads * kRows * kDepth;
  const auto x = RandomFloats(kMostRows * 3 * kSize, 27);
  ExpectSameBitsInEveryBatch(x, [&](std::int64_t rows, std::span<const float> all, WorkerTeam& team) {
    const auto parts = PartsOfRows(all, rows, std::array{kSize, kSize, kSize});
    const AttentionStrides strides{.batch = kSize, .head = kDepth, .row = kHeads * kDepth};
    const AttentionShape shape{.batch = rows,
                               .heads = kHeads,
                               .rows = kRows,
                               .keys = kRows,
                               .depth = kDepth,
                               .value_depth = kDepth,
                               .q = strides,
                               .k = strides,
                               .v = strides,
                               .out = strides};
    std::vector<float> out(AsSize(rows * kSize));
    AlignedBuffer scratch(AttentionScratchBytes(shape, team.num_threads()));
    Attention(shape, {parts[0].data(), parts[1].data(), parts[2].data(), nullptr, out.data()}, scratch.span(), team);
    return out;
  });
}

TEST_P(SameBitsTest, OfRowsThatAreNormalised) {
  constexpr std::int64_t kSize = 700;
  const auto x = RandomFloats(kMostRows * kSize, 28, 5);
  ExpectSameBitsInEveryBatch(x, [&](std::int64_t, std::span<const float> all, WorkerTeam& team) {
    std::vector<float> out(all.size());
    Normalize(all, kSize, {.eps = 1e-6F}, out, team);
    Softmax(out, kSize, out, team);
    return out;
  });
}

INSTANTIATE_TEST_SUITE_P(Every, SameBitsTest, testing::ValuesIn(RunnableIsas()), NameOfIsa);

}  // namespace
}  // namespace stepwell::kernels
