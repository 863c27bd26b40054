#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/quantize/integer_format.h"
#include "stepwell/quantize/weight_error.h"

// Internal.
namespace stepwell::quantize {

// A piece of a tensor, copied so that loops over it become vector code: rows of kLanes weights, zeros where the piece
// is narrower. Either each lane has a scale of its own (runs that lie across rows), or one run fills the tile row by
// row and all lanes share its scale.
class WeightTile {
 public:
  static constexpr std::int64_t kLanes = 32;
  using Scales = std::array<float, kLanes>;
  enum class Sharing : std::uint8_t { kByLane, kByTile };

  WeightTile(Sharing sharing, const IntegerFormat& format) : sharing_(sharing), format_(format) {}

  // `length` weights of `lanes` runs, those of one run `stride` apart; or a run of `length`, one behind the other.
  void LoadLanes(const float* weights, std::int64_t length, std::int64_t stride, std::int64_t lanes);
  void LoadRun(std::span<const float> run);

  // The scales with which rounding errs least, of all shares that the format tries.
  Scales BestScales(WeightError& error) const;

  // The values under the scales, as LoadLanes and LoadRun took them.
  void StoreLanes(const Scales& scales, std::int8_t* values, std::int64_t stride, std::int64_t lanes) const;
  void StoreRun(const Scales& scales, std::span<std::int8_t> values) const;

 private:
  struct Errors;

  const float* Row(std::int64_t row) const { return weights_.data() + row * kLanes; }
  Scales Magnitudes() const;
  void Measure(const Scales& scales, Errors& errors) const;
  void Share(std::array<double, kLanes>& sums) const;

  Sharing sharing_;
  const IntegerFormat& format_;
  std::int64_t rows_ = 0;
  std::vector<float> weights_;  // [rows, kLanes]
};

}  // namespace stepwell::quantize
