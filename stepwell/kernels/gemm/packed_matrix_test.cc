#include "stepwell/kernels/gemm/packed_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/compressed_test_support.h"
#include "stepwell/kernels/gemm/multiply.h"
#include "stepwell/kernels/test_support.h"

namespace stepwell::kernels {
namespace {

// Element (k, n) of the weights is recognisable: 1000 k + n.
float Element(std::int64_t k, std::int64_t n) { return static_cast<float>(1000 * k + n); }

std::vector<float> Stored(std::int64_t inputs, std::int64_t outputs, WeightOrder order) {
  std::vector<float> values(AsSize(inputs * outputs));
  for (std::int64_t k = 0; k < inputs; ++k) {
    for (std::int64_t n = 0; n < outputs; ++n) {
      const bool by_inputs = order == WeightOrder::kInputsByOutputs;
      values[AsSize(by_inputs ? k * outputs + n : n * inputs + k)] = Element(k, n);
    }
  }
  return values;
}

float Packed(const PackedMatrix& matrix, std::int64_t k, std::int64_t n) {
  const std::byte* row = matrix.panel(n / PackedMatrix::kPanel).Row(k);
  return reinterpret_cast<const float*>(row)[n % PackedMatrix::kPanel];
}

void ExpectAllElements(const PackedMatrix& matrix, std::int64_t first_input = 0) {
  for (std::int64_t k = 0; k < matrix.inputs(); ++k) {
    for (std::int64_t n = 0; n < matrix.panels() * PackedMatrix::kPanel; ++n) {
      ASSERT_EQ(Packed(matrix, k, n), n < matrix.outputs() ? Element(first_input + k, n) : 0) << k << "," << n;
    }
  }
}

TEST(PackedMatrix, HoldsEveryWeightOfBothOrdersAndZerosElsewhere) {
  WorkerTeam team(2);
  for (const auto order : {WeightOrder::kInputsByOutputs, WeightOrder::kOutputsByInputs}) {
    for (const std::int64_t inputs : {1, 3, 64, 100, 301}) {
      for (const std::int64_t outputs : {1, 2, 63, 64, 65, 200}) {
        const auto bytes = MisalignedBytesOf(Stored(inputs, outputs, order));
        ExpectAllElements(PackedMatrix(DenseWeights(bytes, inputs, outputs, order), team));
      }
    }
  }
}

// Bytes that are made five elements at a time.
class FiveByFive : public ByteSource {
 public:
  explicit FiveByFive(std::vector<float> values) : values_(std::move(values)) {}
  std::size_t size() const override { return values_.size() * sizeof(float); }
  std::size_t work() const override { return size(); }
  void Stream(Take take) const override {
    for (std::size_t first = 0; first < values_.size(); first += 5) {
      const std::vector<float> piece(
          values_.begin() + static_cast<std::ptrdiff_t>(first),
          values_.begin() + static_cast<std::ptrdiff_t>(std::min(first + 5, values_.size())));
      take(std::as_bytes(std::span(piece)));
    }
  }

 private:
  std::vector<float> values_;
};

TEST(PackedMatrix, TakesWeightsThatComeInPiecesOfRows) {
  WorkerTeam team(2);
  for (const auto order : {WeightOrder::kInputsByOutputs, WeightOrder::kOutputsByInputs}) {
    for (const std::int64_t inputs : {1, 4, 30}) {
      for (const std::int64_t outputs : {1, 12, 70}) {
        const LazyBytes bytes(std::make_shared<const FiveByFive>(Stored(inputs, outputs, order)));
        const WeightSource whole = DenseWeights(bytes, inputs, outputs, order);
        ExpectAllElements(PackedMatrix(whole, team));
        ExpectAllElements(PackedMatrix(InputsOf(whole, inputs / 3, inputs / 2), team), inputs / 3);
      }
    }
  }
}

TEST(PackedMatrix, TakesAPartOfTheInputs) {
  WorkerTeam team(2);
  for (const auto order : {WeightOrder::kInputsByOutputs, WeightOrder::kOutputsByInputs}) {
    const auto whole = DenseWeights(BytesOfFloats(Stored(50, 70, order)), 50, 70, order);
    ExpectAllElements(PackedMatrix(InputsOf(whole, 0, 20), team));
    ExpectAllElements(PackedMatrix(InputsOf(whole, 20, 30), team), 20);
  }
}

TEST(PackedMatrix, TakesAPartOfTheOutputs) {
  constexpr std::int64_t kInputs = 64, kOutputs = 21, kFirst = 7, kCount = 14;
  const auto a = RandomFloats(kInputs, 3);
  for (const Compression& compression : {Compression{DType::kI8, 32}, {DType::kI4, -1}, {DType::kBF16, 0}}) {
    const auto compressed = RandomCompressed(compression, kInputs, kOutputs, WeightOrder::kOutputsByInputs);
    const auto all = DenseWeights(LazyBytes(compressed), kInputs, kOutputs, WeightOrder::kOutputsByInputs);
    std::vector<float> whole(kOutputs), part(kCount);
    Multiply(PackedMatrix(all), a, 1, whole);
    Multiply(PackedMatrix(OutputsOf(all, kFirst, kCount)), a, 1, part);
    EXPECT_TRUE(SameBits(part, std::span(whole).subspan(kFirst, kCount)));
  }
  EXPECT_THROW(OutputsOf(DenseWeights({}, 0, 3, WeightOrder::kInputsByOutputs), 2, 2), Error);
}

TEST(PackedMatrix, TakesColumnsInAnyOrder) {
  WorkerTeam team(2);
  std::vector<std::int64_t> columns;
  for (std::int64_t n = 0; n < 150; ++n) columns.push_back(n % 7 == 0 ? -1 : (n * 11) % 40);
  for (const auto order : {WeightOrder::kInputsByOutputs, WeightOrder::kOutputsByInputs}) {
    const PackedMatrix matrix(DenseWeights(BytesOfFloats(Stored(9, 40, order)), 9, 40, order), columns, team);
    for (std::int64_t n = 0; n < 150; ++n) {
      const std::int64_t source = columns[AsSize(n)];
      ASSERT_EQ(Packed(matrix, 5, n), source < 0 ? 0 : Element(5, source));
    }
  }
}

TEST(PackedMatrix, TakesTheFormatOfActivationsFromIntegersWithScales) {
  const auto activations = [](Compression compression, ActivationFormat wanted, Inputs inputs = Inputs::kOftenZero) {
    const auto floats = RandomCompressed(compression, 40, 64, WeightOrder::kInputsByOutputs, wanted);
    const auto source = DenseWeights(LazyBytes(floats), 40, 64, WeightOrder::kInputsByOutputs);
    return PackedMatrix(source, WorkerTeam::Shared(), PackedBlocks::Fresh(), inputs).activations();
  };
  constexpr ActivationFormat kFp32 = ActivationFormat::kFp32, kInt8 = ActivationFormat::kInt8;
  EXPECT_EQ(activations({DType::kI8, -1}, kInt8), kInt8);
  EXPECT_EQ(activations({DType::kI4, 20}, kInt8, Inputs::kSeldomZero), kInt8);
  EXPECT_EQ(activations({DType::kI8, -1}, kFp32), kFp32);
  EXPECT_EQ(activations({DType::kI8, -1}, kInt8, Inputs::kAsFloats), kFp32);
  EXPECT_EQ(activations({DType::kI8, 0}, kInt8), kFp32);
  EXPECT_EQ(activations({DType::kBF16, -1}, kInt8), kFp32);
}

TEST(PackedMatrix, OfNothingIsEmpty) {
  EXPECT_EQ(PackedMatrix().bytes(), 0U);
  EXPECT_EQ(PackedMatrix(DenseWeights({}, 0, 5, WeightOrder::kInputsByOutputs)).bytes(), 0U);
}

TEST(DenseWeights, RefusesAnotherNumberOfBytes) {
  const auto bytes = BytesOfFloats(std::vector<float>(12));
  EXPECT_NO_THROW(DenseWeights(bytes, 3, 4, WeightOrder::kInputsByOutputs));
  EXPECT_THROW(DenseWeights(bytes, 3, 5, WeightOrder::kInputsByOutputs), Error);
  EXPECT_THROW(DenseWeights(bytes, -3, -4, WeightOrder::kInputsByOutputs), Error);
  EXPECT_THROW(DenseWeights(bytes, std::int64_t{1} << 62, 4, WeightOrder::kInputsByOutputs), Error);
}

TEST(InputsOf, RefusesWhatLiesOutside) {
  const auto weights = DenseWeights(BytesOfFloats(std::vector<float>(12)), 3, 4, WeightOrder::kInputsByOutputs);
  EXPECT_THROW(InputsOf(weights, 2, 2), Error);
  EXPECT_THROW(InputsOf(weights, -1, 2), Error);
}

}  // namespace
}  // namespace stepwell::kernels
