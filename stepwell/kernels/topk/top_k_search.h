#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/kernels/topk/exact_top_k.h"
#include "stepwell/kernels/topk/top_k_memory.h"

namespace stepwell::kernels {

// One search, by all members of a team: see ExactTopK. Internal to this folder.
class TopKSearch {
 public:
  TopKSearch(const ExactTopK& matrix, std::span<const float> activation, std::span<const std::int32_t> excluded,
             TopKMemory& memory, WorkerTeam& team);

  TopK Find(std::int64_t k);
  void AllLogits(std::span<float> logits);

 private:
  using Member = TopKMemory::Member;

  void RunOnTeam(FunctionRef<void(int member)> body) const;

  // Fills in32.
  void FindCandidates(std::int64_t k);
  void TakeAllRows();
  // All rows; of each member the likeliest.
  void Scan4(std::int64_t probes);
  void ScanPanels(Range panels, Member& member);
  // The k-th largest logit of the likeliest rows, which the k-th largest of all is not below.
  float Probe(std::int64_t k);
  // The rows of in8.
  void Scan8();
  // Places of in8, at most a panel of them.
  void ScanGathered(Range places, Member& member);
  // Of the rows (all of them when `rows` is empty) those whose upper bound is not below `least` and that are not
  // excluded. Equal bounds stay: a tie is decided by the rows.
  void KeepRows(std::span<const float> highs, float least, std::span<const std::int32_t> rows,
                std::vector<std::int32_t>& kept);
  void ReadCandidates();
  // Of the rows of in32.
  void Multiply(std::span<float> logits);
  void Rank(std::int64_t k);

  void StartScan(std::int64_t probes);
  void NoteStage(std::size_t stage, std::int64_t rows, std::int64_t bytes_of_row);
  const RoundedRowFacts& FactsOf(std::int64_t row) const { return matrix_.rounded_.facts()[AsSize(row)]; }
  float BiasOf(std::int64_t row) const { return matrix_.bias_.empty() ? 0 : matrix_.bias_[AsSize(row)]; }

  const ExactTopK& matrix_;
  const std::span<const float> activation_;
  const std::span<const std::int32_t> excluded_;
  TopKMemory& memory_;
  WorkerTeam& team_;
  int members_;
  TopKCertificate* certificate_ = nullptr;
};

}  // namespace stepwell::kernels
