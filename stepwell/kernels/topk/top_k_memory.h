#pragma once

#include <cstdint>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/kernels/topk/exact_top_k.h"
#include "stepwell/kernels/topk/largest_k.h"
#include "stepwell/kernels/topk/logit_bounds.h"
#include "stepwell/kernels/topk/rounded_activation.h"

namespace stepwell::kernels {

// What a search works in, and leaves for the normaliser. Internal to this folder.
struct TopKMemory {
  // What belongs to one member of the team while all search.
  struct Member {
    LargestK likeliest;              // by their estimates in four bits
    std::vector<std::int32_t> rows;  // that may be among the largest
    double largest_bound = 0;
    float highest_left_out = 0;
    AlignedBuffer panel;  // [scratch of FloatRows::Logits, or NibblePanel::Bytes]
  };

  RoundedActivation activation;
  LogitBounds bounds;
  bool is_scanned = false;           // whether the last search looked at rows in few bits at all
  std::vector<float> sums;           // [rows] of the scan in four bits
  std::vector<float> highs;          // [rows] upper bounds of logits; -infinity: excluded
  std::vector<std::int32_t> in8;     // rows looked at in eight bits, in rising order
  std::vector<float> second_sums;    // of those
  std::vector<float> second_highs;   // of those
  std::vector<std::int32_t> probes;  // rows read in fp32 for a first result
  std::vector<std::int32_t> in32;    // rows read in fp32, in rising order
  std::vector<float> logits;         // of those
  std::vector<RankedLogit> ranked;
  std::vector<Member> members;

  // By row, what the last search knows of its logit: exactly, in eight bits or in four; nothing where it did not look.
  std::vector<LogitBound> KnownBounds(std::span<const RoundedRowFacts> facts, std::span<const float> bias) const;

  void Prepare(std::int64_t rows, std::int64_t panel_bytes, int num_members);
};

}  // namespace stepwell::kernels
