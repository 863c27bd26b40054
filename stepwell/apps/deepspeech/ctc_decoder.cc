#include "stepwell/apps/deepspeech/ctc_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "stepwell/base/error.h"

namespace stepwell::apps {

void ToLogProbabilities(RowKind kind, std::span<const float> row, std::span<float> log_probabilities) {
  STEPWELL_CHECK(row.size() == log_probabilities.size());
  if (kind == RowKind::kProbabilities) {
    constexpr double kSmallest = std::numeric_limits<float>::min();
    std::transform(row.begin(), row.end(), log_probabilities.begin(),
                   [](float p) { return static_cast<float>(std::log(p + kSmallest)); });
    return;
  }
  const double most = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (const float logit : row) sum += std::exp(logit - most);
  const double normaliser = most + std::log(sum);
  std::transform(row.begin(), row.end(), log_probabilities.begin(),
                 [normaliser](float logit) { return static_cast<float>(logit - normaliser); });
}

void RequireRow(std::span<const float> row, std::int32_t classes, std::int64_t frame) {
  if (row.size() != static_cast<std::size_t>(classes)) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the row of frame {} has {} values, the alphabet with its blank has {}: use the alphabet "
                            "the model was trained with",
                            frame, row.size(), classes));
  }
  if (std::any_of(row.begin(), row.end(), [](float value) { return std::isnan(value); })) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("the row of frame {} holds a NaN", frame));
  }
}

}  // namespace stepwell::apps
