#include "stepwell/view/weight_summary.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "stepwell/base/half.h"
#include "stepwell/base/visit_element.h"

namespace stepwell::view {
namespace {

constexpr std::int64_t kMostSamples = 65536;

std::uint16_t Word(const std::byte* bytes) {
  std::uint16_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// `all` is the value of a constant of that dtype.
std::optional<double> ElementAt(const SharedBytes& all, DType dtype, std::int64_t index) {
  const std::size_t size = static_cast<std::size_t>(DTypeBits(dtype)) / 8;
  const std::byte* bytes = all.data() + AsSize(index) * size;
  if (dtype == DType::kF16) return HalfToFloat(Word(bytes));
  if (dtype == DType::kBF16) return std::bit_cast<float>(static_cast<std::uint32_t>(Word(bytes)) << 16U);
  std::optional<double> element;
  VisitElement(dtype, [&](auto zero) {
    std::memcpy(&zero, bytes, sizeof zero);
    element = static_cast<double>(zero);
  });
  return element;
}

void FillBins(const std::vector<double>& elements, WeightSummary& summary) {
  const double width = (summary.max - summary.min) / WeightSummary::kBins;
  for (const double element : elements) {
    const double place = width > 0 && std::isfinite(width) ? (element - summary.min) / width : 0;
    ++summary.bins[std::min(static_cast<std::size_t>(place), WeightSummary::kBins - 1)];
  }
}

void FillMoments(const std::vector<double>& elements, WeightSummary& summary) {
  const auto [least, most] = std::minmax_element(elements.begin(), elements.end());
  summary.min = *least;
  summary.max = *most;
  const double count = static_cast<double>(elements.size());
  for (const double element : elements) summary.mean += element;
  summary.mean /= count;
  double variance = 0;
  for (const double element : elements) variance += (element - summary.mean) * (element - summary.mean) / count;
  summary.standard_deviation = std::sqrt(variance);
}

}  // namespace

std::optional<WeightSummary> Summarise(const ir::ConstantData& data) {
  WeightSummary summary;
  summary.elements = data.num_elements();
  const SharedBytes all = data.bytes.Get();
  if (summary.elements == 0 || !ElementAt(all, data.type.dtype, 0)) return std::nullopt;
  const std::int64_t stride = (summary.elements + kMostSamples - 1) / kMostSamples;
  std::vector<double> finite;
  for (std::int64_t index = 0; index < summary.elements; index += stride) {
    const double element = *ElementAt(all, data.type.dtype, index);
    ++summary.sampled;
    summary.zeros += element == 0 ? 1 : 0;
    if (std::isfinite(element)) finite.push_back(element);
  }
  summary.not_finite = summary.sampled - static_cast<std::int64_t>(finite.size());
  if (finite.empty()) return summary;
  FillMoments(finite, summary);
  FillBins(finite, summary);
  return summary;
}

}  // namespace stepwell::view
