#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "stepwell/apps/cli/latency.h"
#include "stepwell/kernels/topk/exact_top_k.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::cli {

struct WordBenchRequest {
  std::int64_t top_k = 40;
  int repeat = 0;  // 0: 40
  int warm_up = 3;
};

// How long a word model takes from a word to the likeliest ones that may follow it, the state carried from word to
// word.
struct WordBenchResult {
  LatencySummary new_words;
  LatencySummary words_seen_before;
  LatencySummary search;                 // the part of it that looks for the likeliest, of both
  kernels::TopKCertificate certificate;  // of the last search
};

// Words are of random characters. Throws Error(kUnsupported) for other models, and for a softmax that is not of fp32
// weights.
WordBenchResult BenchWords(std::shared_ptr<const runtime::LoadedModel> model, const WordBenchRequest& request,
                           const std::function<void(double)>& progress);

}  // namespace stepwell::cli
