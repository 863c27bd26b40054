#include "stepwell/kernels/topk/top_k_search.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/kernels/gemm/panel.h"

namespace stepwell::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
// Below so many weights (some 10 µs in four bits) a second thread costs more than it saves.
constexpr std::int64_t kLeastForTeam = 1 << 19;
// Panels scanned at a time: their bounds stay in the first-level cache.
constexpr std::int64_t kPanelsAtOnce = 16;
constexpr std::int64_t kRowFactsBytes = sizeof(RoundedRowFacts) + sizeof(float);

// NaN behind all numbers.
bool IsAhead(const RankedLogit& a, const RankedLogit& b) {
  if (std::isnan(a.logit) != std::isnan(b.logit)) return std::isnan(b.logit);
  if (a.logit != b.logit && !std::isnan(a.logit)) return a.logit > b.logit;
  return a.row < b.row;
}

// So many rows more than asked for are read in fp32 for a first result: estimates swap rows that hardly differ.
constexpr std::int64_t kMoreProbes = 64;

// The upper bound as an fp32 number: LogitBounds has counted its rounding in.
float HighOf(const LogitBound& bound) { return static_cast<float>(bound.estimate + bound.error); }

void NoteBound(const LogitBound& bound, TopKMemory::Member& member) {
  if (std::isfinite(bound.error)) member.largest_bound = std::max(member.largest_bound, bound.error);
}

}  // namespace

TopKSearch::TopKSearch(const ExactTopK& matrix, std::span<const float> activation,
                       std::span<const std::int32_t> excluded, TopKMemory& memory, WorkerTeam& team)
    : matrix_(matrix),
      activation_(activation),
      excluded_(excluded),
      memory_(memory),
      team_(team),
      members_(matrix.rows() * matrix.inputs() < kLeastForTeam ? 1 : team.num_threads()) {
  STEPWELL_CHECK(std::ssize(activation) == matrix.inputs());
  const std::int64_t logits_bytes = matrix.weights_.LogitsScratch() * static_cast<std::int64_t>(sizeof(float));
  memory.Prepare(matrix.rows(), std::max(logits_bytes, matrix.rounded_.panel_bytes()), members_);
}

TopK TopKSearch::Find(std::int64_t k) {
  TopK found;
  certificate_ = &found.certificate;
  certificate_->rows = matrix_.rows();
  certificate_->full_row_bytes = matrix_.weights_.row_bytes() + std::int64_t{sizeof(float)};
  certificate_->k = std::clamp<std::int64_t>(k, 0, matrix_.rows() - std::ssize(excluded_));
  certificate_->highest_unread = certificate_->kth_logit = -static_cast<double>(kInfinity);
  FindCandidates(certificate_->k);
  ReadCandidates();
  Rank(certificate_->k);
  found.rows = memory_.ranked;
  // Rows without a finite bound were all read, and the others' logits are numbers.
  found.num_nan = std::count_if(memory_.logits.begin(), memory_.logits.end(), [](float x) { return std::isnan(x); });
  if (!found.rows.empty()) certificate_->kth_logit = static_cast<double>(found.rows.back().logit);
  return found;
}

void TopKSearch::AllLogits(std::span<float> logits) {
  STEPWELL_CHECK(std::ssize(logits) == matrix_.rows());
  memory_.in32.resize(logits.size());
  std::iota(memory_.in32.begin(), memory_.in32.end(), 0);
  Multiply(logits);
  memory_.is_scanned = false;
  memory_.in8.clear();
  memory_.logits.clear();
}

void TopKSearch::RunOnTeam(FunctionRef<void(int member)> body) const {
  if (members_ == 1) return body(0);
  team_.Run(body);
}

void TopKSearch::FindCandidates(std::int64_t k) {
  memory_.in8.clear();
  memory_.in32.clear();
  memory_.probes.clear();
  memory_.is_scanned = false;
  if (k == 0) {
    certificate_->highest_unread = static_cast<double>(kInfinity);
    return;
  }
  memory_.activation.Round(activation_);
  if (!memory_.activation.is_usable()) return TakeAllRows();
  memory_.is_scanned = true;
  memory_.bounds = LogitBounds(memory_.activation, matrix_.inputs());
  const std::int64_t probes = k + std::min(k, kMoreProbes);
  Scan4(probes);
  if (2 * probes >= matrix_.rows()) return TakeAllRows();
  const float least = Probe(k);
  KeepRows(memory_.highs, least, {}, memory_.in8);
  Scan8();
  KeepRows(memory_.second_highs, least, memory_.in8, memory_.in32);
}

void TopKSearch::TakeAllRows() {
  auto excluded = excluded_.begin();
  for (std::int64_t row = 0; row < matrix_.rows(); ++row) {
    while (excluded != excluded_.end() && *excluded < row) ++excluded;
    if (excluded == excluded_.end() || *excluded != row) memory_.in32.push_back(static_cast<std::int32_t>(row));
  }
}

void TopKSearch::Scan4(std::int64_t probes) {
  StartScan(probes);
  RunOnTeam([&](int index) {
    Member& member = memory_.members[AsSize(index)];
    const Range panels = PartOf(matrix_.rounded_.panels(), 1, index, members_);
    for (std::int64_t first = panels.begin; first < panels.end; first += kPanelsAtOnce) {
      ScanPanels({first, std::min(first + kPanelsAtOnce, panels.end)}, member);
    }
  });
  NoteStage(0, matrix_.rows(), matrix_.rounded_.panel_bytes() / NibblePanel::kRows + kRowFactsBytes);
}

void TopKSearch::ScanPanels(Range panels, Member& member) {
  alignas(64) float sums[kPanelsAtOnce * NibblePanel::kRows];
  alignas(64) float estimates[kPanelsAtOnce * NibblePanel::kRows];
  ScanNibbles(matrix_.rounded_.panel(panels.begin), panels.end - panels.begin, memory_.activation, sums);
  const std::int64_t first = panels.begin * NibblePanel::kRows;
  const std::int64_t end = std::min(panels.end * NibblePanel::kRows, matrix_.rows());
  for (std::int64_t row = first; row < end; ++row) {
    const LogitBound bound = memory_.bounds.From4(FactsOf(row), BiasOf(row), sums[row - first]);
    memory_.highs[AsSize(row)] = HighOf(bound);
    estimates[row - first] = std::isfinite(bound.error) ? static_cast<float>(bound.estimate) : -kInfinity;
    NoteBound(bound, member);
  }
  std::copy_n(sums, end - first, memory_.sums.begin() + first);
  auto excluded = std::lower_bound(excluded_.begin(), excluded_.end(), first);
  for (; excluded != excluded_.end() && *excluded < end; ++excluded) {
    memory_.highs[AsSize(*excluded)] = estimates[*excluded - first] = -kInfinity;
  }
  member.likeliest.Offer({estimates, AsSize(end - first)}, first);
}

float TopKSearch::Probe(std::int64_t k) {
  LargestK& likeliest = memory_.members.front().likeliest;
  for (int index = 1; index < members_; ++index) likeliest.Offer(memory_.members[AsSize(index)].likeliest);
  memory_.in32.clear();
  for (const LargestK::Entry& entry : likeliest.Finish()) memory_.in32.push_back(entry.row);
  std::sort(memory_.in32.begin(), memory_.in32.end());
  memory_.logits.resize(memory_.in32.size());
  Multiply(memory_.logits);
  memory_.probes.swap(memory_.in32);
  memory_.in32.clear();
  if (std::ssize(memory_.logits) < k) return -kInfinity;
  const auto kth = memory_.logits.begin() + (k - 1);
  std::nth_element(memory_.logits.begin(), kth, memory_.logits.end(), std::greater<>());
  return *kth;
}

void TopKSearch::Scan8() {
  memory_.second_sums.resize(memory_.in8.size());
  memory_.second_highs.resize(memory_.in8.size());
  StartScan(0);
  RunOnTeam([&](int index) {
    const Range part = PartOf(std::ssize(memory_.in8), NibblePanel::kRows, index, members_);
    for (std::int64_t first = part.begin; first < part.end; first += NibblePanel::kRows) {
      const std::int64_t next_end = std::min(first + 2 * NibblePanel::kRows, part.end);
      for (std::int64_t next = first + NibblePanel::kRows; next < next_end; ++next) {
        matrix_.rounded_.PrefetchSecond(memory_.in8[AsSize(next)]);
      }
      ScanGathered({first, std::min(first + NibblePanel::kRows, part.end)}, memory_.members[AsSize(index)]);
    }
  });
  NoteStage(1, std::ssize(memory_.in8), matrix_.rounded_.second_row_bytes() + kRowFactsBytes);
}

void TopKSearch::ScanGathered(Range places, Member& member) {
  const std::size_t first = AsSize(places.begin);
  const std::span<const std::int32_t> rows(memory_.in8.data() + first, AsSize(places.end - places.begin));
  float sums[NibblePanel::kRows];
  matrix_.rounded_.GatherSecondPanel(rows, member.panel.data());
  ScanNibbles(member.panel.data(), 1, memory_.activation, sums);
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const std::int64_t row = rows[at];
    const LogitBound bound = memory_.bounds.From8(FactsOf(row), BiasOf(row), memory_.sums[AsSize(row)], sums[at]);
    memory_.second_sums[first + at] = sums[at];
    memory_.second_highs[first + at] = HighOf(bound);
    NoteBound(bound, member);
  }
}

void TopKSearch::KeepRows(std::span<const float> highs, float least, std::span<const std::int32_t> rows,
                          std::vector<std::int32_t>& kept) {
  RunOnTeam([&](int index) {
    Member& member = memory_.members[AsSize(index)];
    member.rows.clear();
    member.highest_left_out = -kInfinity;
    const Range part = PartOf(std::ssize(highs), 1, index, members_);
    for (std::int64_t at = part.begin; at < part.end; ++at) {
      const float high = highs[AsSize(at)];
      if (high < least || high == -kInfinity) {
        member.highest_left_out = std::max(member.highest_left_out, high);
      } else {
        member.rows.push_back(rows.empty() ? static_cast<std::int32_t>(at) : rows[AsSize(at)]);
      }
    }
  });
  for (int index = 0; index < members_; ++index) {
    const Member& member = memory_.members[AsSize(index)];
    kept.insert(kept.end(), member.rows.begin(), member.rows.end());
    certificate_->highest_unread = std::max(certificate_->highest_unread, static_cast<double>(member.highest_left_out));
  }
}

void TopKSearch::ReadCandidates() {
  memory_.logits.resize(memory_.in32.size());
  Multiply(memory_.logits);
  StartScan(0);
  const auto only_probed = std::count_if(memory_.probes.begin(), memory_.probes.end(), [&](std::int32_t row) {
    return !std::binary_search(memory_.in32.begin(), memory_.in32.end(), row);
  });
  NoteStage(2, std::ssize(memory_.in32) + only_probed, certificate_->full_row_bytes);
}

void TopKSearch::Multiply(std::span<float> logits) {
  RunOnTeam([&](int index) {
    Member& member = memory_.members[AsSize(index)];
    const Range part = PartOf(std::ssize(memory_.in32), NibblePanel::kRows, index, members_);
    const std::size_t begin = AsSize(part.begin), count = AsSize(part.end - part.begin);
    auto* scratch = reinterpret_cast<float*>(member.panel.data());
    matrix_.weights_.Logits(std::span(memory_.in32).subspan(begin, count), activation_, matrix_.bias_,
                            {scratch, AsSize(matrix_.weights_.LogitsScratch())}, logits.subspan(begin, count));
  });
}

void TopKSearch::Rank(std::int64_t k) {
  memory_.ranked.clear();
  for (std::size_t at = 0; at < memory_.in32.size(); ++at) {
    memory_.ranked.push_back({memory_.in32[at], memory_.logits[at]});
  }
  const auto end = memory_.ranked.begin() + k;
  std::partial_sort(memory_.ranked.begin(), end, memory_.ranked.end(), IsAhead);
  memory_.ranked.erase(end, memory_.ranked.end());
}

void TopKSearch::StartScan(std::int64_t probes) {
  for (Member& member : memory_.members) {
    member.likeliest.Start(AsSize(probes));
    member.largest_bound = 0;
  }
}

void TopKSearch::NoteStage(std::size_t stage, std::int64_t rows, std::int64_t bytes_of_row) {
  TopKCertificate::Stage& noted = certificate_->stages[stage];
  noted.rows = rows;
  noted.bytes = rows * bytes_of_row;
  for (const Member& member : memory_.members)
    noted.largest_bound = std::max(noted.largest_bound, member.largest_bound);
}

}  // namespace stepwell::kernels
