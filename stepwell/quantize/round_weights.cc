#include "stepwell/quantize/round_weights.h"

#include <algorithm>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/half.h"
#include "stepwell/base/parallel.h"
#include "stepwell/quantize/slabs.h"
#include "stepwell/quantize/weight_tile.h"

namespace stepwell::quantize {
namespace {

constexpr std::int64_t kRunsAtOnce = 256;  // errors are summed by so many runs, whatever the threads
constexpr std::int64_t kElementsAtOnce = 1 << 16;
constexpr std::int64_t kLanes = WeightTile::kLanes;

// Calls `visit` for the pieces [begin, end) of `items`, each of `piece` or fewer, on all threads.
template <class Visit>
void InPieces(std::int64_t items, std::int64_t piece, Visit visit) {
  const std::int64_t pieces = (items + piece - 1) / piece;
  WorkerTeam& team = WorkerTeam::Shared();
  team.Run([&](int member) {
    for (std::int64_t i = member; i < pieces; i += team.num_threads()) {
      visit(Range{i * piece, std::min(items, (i + 1) * piece)});
    }
  });
}

// The same; adds up the errors that it returns, in order.
template <class Measure>
WeightError SumOverPieces(std::int64_t items, std::int64_t piece, Measure measure) {
  std::vector<WeightError> errors(AsSize((items + piece - 1) / piece));
  InPieces(items, piece, [&](const Range& range) { errors[AsSize(range.begin / piece)] = measure(range); });
  WeightError sum;
  for (const WeightError& error : errors) sum += error;
  return sum;
}

// Runs of which some slabs (all runs of one `outer`) are at hand.
class RunRounder {
 public:
  RunRounder(const Runs& runs, DType dtype) : runs_(runs), format_(IntegerFormatOf(dtype)) {}

  std::int64_t slab_elements() const { return CheckedMul(runs_.length, runs_.inner); }

  // Scales of the runs of these slabs; `scales` has those of all.
  WeightError FindScales(const Slabs& slabs, std::span<float> scales) const {
    float* const own = scales.data() + FirstRun(slabs);
    if (runs_.inner == 1) {
      return SumOverPieces(RunsOf(slabs), kRunsAtOnce, [&](const Range& range) {
        WeightTile tile(WeightTile::Sharing::kByTile, format_);
        WeightError error;
        for (std::int64_t run = range.begin; run < range.end; ++run) {
          tile.LoadRun(Run(slabs, run));
          own[run] = tile.BestScales(error)[0];
        }
        return error;
      });
    }
    return SumOverPieces(TilesOf(slabs), 1, [&](const Range& range) {
      WeightTile tile(WeightTile::Sharing::kByLane, format_);
      const Lanes lanes = Load(slabs, range.begin, tile);
      WeightError error;
      const WeightTile::Scales best = tile.BestScales(error);
      std::copy_n(best.begin(), lanes.count, own + lanes.first_run);
      return error;
    });
  }

  // The values of these slabs, one to a byte.
  void Round(const Slabs& slabs, std::span<const float> scales, std::span<std::int8_t> values) const {
    const float* const own = scales.data() + FirstRun(slabs);
    if (runs_.inner == 1) {
      InPieces(RunsOf(slabs), kRunsAtOnce, [&](const Range& range) {
        WeightTile tile(WeightTile::Sharing::kByTile, format_);
        for (std::int64_t run = range.begin; run < range.end; ++run) {
          tile.LoadRun(Run(slabs, run));
          tile.StoreRun({own[run]}, values.subspan(AsSize(run * runs_.length), AsSize(runs_.length)));
        }
      });
      return;
    }
    InPieces(TilesOf(slabs), 1, [&](const Range& range) {
      WeightTile tile(WeightTile::Sharing::kByLane, format_);
      const Lanes lanes = Load(slabs, range.begin, tile);
      WeightTile::Scales tile_scales;
      tile_scales.fill(1);
      std::copy_n(own + lanes.first_run, lanes.count, tile_scales.begin());
      tile.StoreLanes(tile_scales, values.data() + lanes.first_element, runs_.inner, lanes.count);
    });
  }

 private:
  // Neighbouring runs of one slab that fill a tile. Counted in the slabs at hand.
  struct Lanes {
    std::int64_t first_run = 0;
    std::int64_t first_element = 0;
    std::int64_t count = 0;
  };

  std::int64_t FirstRun(const Slabs& slabs) const { return slabs.first_element / runs_.length; }
  std::int64_t RunsOf(const Slabs& slabs) const { return std::ssize(slabs.elements) / runs_.length; }
  std::span<const float> Run(const Slabs& slabs, std::int64_t run) const {
    return slabs.elements.subspan(AsSize(run * runs_.length), AsSize(runs_.length));
  }
  std::int64_t TilesOfSlab() const { return (runs_.inner + kLanes - 1) / kLanes; }
  std::int64_t TilesOf(const Slabs& slabs) const { return RunsOf(slabs) / runs_.inner * TilesOfSlab(); }

  Lanes Load(const Slabs& slabs, std::int64_t number, WeightTile& tile) const {
    const std::int64_t slab = number / TilesOfSlab();
    const std::int64_t lane = number % TilesOfSlab() * kLanes;
    const Lanes lanes{slab * runs_.inner + lane, slab * slab_elements() + lane, std::min(kLanes, runs_.inner - lane)};
    tile.LoadLanes(slabs.elements.data() + lanes.first_element, runs_.length, runs_.inner, lanes.count);
    return lanes;
  }

  Runs runs_;
  IntegerFormat format_;
};

// The values, rounded whenever they are read.
class RoundedBytes final : public ByteSource {
 public:
  RoundedBytes(LazyBytes weights, const Runs& runs, DType dtype, std::vector<float> scales)
      : weights_(std::move(weights)), rounder_(runs, dtype), dtype_(dtype), scales_(std::move(scales)) {}

  std::size_t size() const override {
    const std::size_t elements = weights_.size() / sizeof(float);
    return dtype_ == DType::kI4 ? (elements + 1) / 2 : elements;
  }
  std::size_t work() const override { return CheckedAdd(weights_.work(), size()); }

  void Stream(Take take) const override {
    std::vector<std::int8_t> values;
    ForSlabs(weights_, rounder_.slab_elements(), [&](const Slabs& slabs) {
      values.resize(slabs.elements.size());
      rounder_.Round(slabs, scales_, values);
      const std::span<std::byte> bytes = std::as_writable_bytes(std::span(values));
      if (dtype_ != DType::kI4) return take(bytes);
      PackNibbles(bytes, bytes);
      take(bytes.first((bytes.size() + 1) / 2));
    });
  }

 private:
  LazyBytes weights_;
  RunRounder rounder_;
  DType dtype_;
  std::vector<float> scales_;
};

// The nearest numbers of 16 bits, rounded whenever they are read.
class BFloat16Bytes final : public ByteSource {
 public:
  explicit BFloat16Bytes(LazyBytes weights) : weights_(std::move(weights)) {}

  std::size_t size() const override { return weights_.size() / 2; }
  std::size_t work() const override { return CheckedAdd(weights_.work(), size()); }

  void Stream(Take take) const override {
    std::vector<std::uint16_t> halves;
    ForSlabs(weights_, 1, [&](const Slabs& slabs) {
      halves.resize(slabs.elements.size());
      InPieces(std::ssize(halves), kElementsAtOnce, [&](const Range& range) {
        for (std::size_t i = AsSize(range.begin); i < AsSize(range.end); ++i) {
          halves[i] = FloatToBFloat16(slabs.elements[i]);
        }
      });
      take(std::as_bytes(std::span(halves)));
    });
  }

 private:
  LazyBytes weights_;
};

}  // namespace

RoundedWeights RoundToIntegers(const LazyBytes& weights, const Runs& runs, DType dtype) {
  STEPWELL_CHECK(weights.size() == AsSize(CheckedMul(runs.elements(), std::int64_t{sizeof(float)})));
  const RunRounder rounder(runs, dtype);
  RoundedWeights rounded;
  rounded.scales.resize(AsSize(runs.count()));
  ForSlabs(weights, rounder.slab_elements(),
           [&](const Slabs& slabs) { rounded.error += rounder.FindScales(slabs, rounded.scales); });
  rounded.values = LazyBytes(std::make_shared<const RoundedBytes>(weights, runs, dtype, rounded.scales));
  return rounded;
}

RoundedWeights RoundToBFloat16(const LazyBytes& weights) {
  RoundedWeights rounded;
  ForSlabs(weights, 1, [&](const Slabs& slabs) {
    rounded.error += SumOverPieces(std::ssize(slabs.elements), kElementsAtOnce, [&](const Range& range) {
      WeightError error;
      for (std::size_t i = AsSize(range.begin); i < AsSize(range.end); ++i) {
        error.Add(slabs.elements[i], BFloat16ToFloat(FloatToBFloat16(slabs.elements[i])));
      }
      return error;
    });
  });
  rounded.values = LazyBytes(std::make_shared<const BFloat16Bytes>(weights));
  return rounded;
}

}  // namespace stepwell::quantize
