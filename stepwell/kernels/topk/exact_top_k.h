#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/kernels/topk/float_rows.h"
#include "stepwell/kernels/topk/rounded_rows.h"

namespace stepwell::kernels {

struct RankedLogit {
  std::int32_t row = 0;
  float logit = 0;
  friend bool operator==(const RankedLogit&, const RankedLogit&) = default;
};

// What a search looked at, and why the rest cannot be in the result: no row that was not read in fp32 can have a logit
// above `highest_unread`, and the last of the result has `kth_logit`, which is larger.
struct TopKCertificate {
  struct Stage {
    int bits = 0;              // of the weights that it read
    std::int64_t rows = 0;     // that it looked at
    double largest_bound = 0;  // of what their estimates are off by; rows whose bound is infinite not counted
    std::int64_t bytes = 0;    // read, of weights and what is known of them
  };

  std::int64_t rows = 0;  // of the matrix
  std::int64_t k = 0;     // results
  std::array<Stage, 3> stages = {Stage{.bits = 4}, Stage{.bits = 8}, Stage{.bits = 32}};
  double highest_unread = 0;  // -infinity when all rows were read in fp32, infinity when none was (k = 0)
  double kth_logit = 0;       // -infinity without results

  std::int64_t bytes() const { return stages[0].bytes + stages[1].bytes + stages[2].bytes; }
  std::int64_t full_bytes() const { return rows * full_row_bytes; }  // what the whole product reads
  std::int64_t full_row_bytes = 0;
};

struct TopK {
  // The k largest logits, largest first, of equal ones the lower row first; NaN comes last. Fewer when there are fewer
  // rows.
  std::vector<RankedLogit> rows;
  // How many logits are NaN of all rows that were not excluded.
  std::int64_t num_nan = 0;
  TopKCertificate certificate;
};

// ln of the sum over all rows of exp(logit), and how far it may be from that of the fp32 model's logits.
struct LogNormaliser {
  double value = 0;
  double error = 0;
};

// The memory of one caller, reused from search to search.
struct TopKMemory;

// Finds the largest of the logits that Multiply() gives for one row of activations, to the bit, without reading all of
// the weights in fp32: all rows are looked at in four bits, those that may be among the largest in eight, and those
// that still may in fp32. docs/exact-top-k.md derives the bounds that decide. Where they say nothing (NaN, infinity,
// numbers near the ends of fp32's range), rows are read in fp32, if need be all of them: the result is always exact.
// Immutable, free to share.
class ExactTopK {
 public:
  // weights: fp32. bias: [weights.outputs] or empty. Makes the copies in fewer bits (1.07 bytes a weight), reading each
  // weight once; those of a mapped file stay where they are, any others are held.
  ExactTopK(const WeightSource& weights, std::vector<float> bias, WorkerTeam& team = WorkerTeam::Shared());
  // With copies made before, of these very weights.
  ExactTopK(const WeightSource& weights, std::vector<float> bias, RoundedRows rounded);

  std::int64_t rows() const { return weights_.rows(); }
  std::int64_t inputs() const { return weights_.inputs(); }
  const RoundedRows& rounded() const { return rounded_; }

  static std::shared_ptr<TopKMemory> MakeMemory();

  // activation: [inputs()]; k >= 0; excluded: rows in rising order that shall not be in the result.
  TopK Find(std::span<const float> activation, std::int64_t k, std::span<const std::int32_t> excluded,
            TopKMemory& memory, WorkerTeam& team = WorkerTeam::Shared()) const;

  // For the activation of the last Find with this memory: from what that found out, reading no weights.
  LogNormaliser BoundedNormaliser(const TopKMemory& memory) const;
  // From all logits: reads the whole matrix in fp32. The error is that of the sum alone.
  LogNormaliser ExactNormaliser(std::span<const float> activation, TopKMemory& memory,
                                WorkerTeam& team = WorkerTeam::Shared()) const;
  // logits: [rows()], as Multiply() gives them.
  void AllLogits(std::span<const float> activation, std::span<float> logits, TopKMemory& memory,
                 WorkerTeam& team = WorkerTeam::Shared()) const;

 private:
  friend class TopKSearch;

  FloatRows weights_;
  std::vector<float> bias_;
  RoundedRows rounded_;
};

}  // namespace stepwell::kernels
