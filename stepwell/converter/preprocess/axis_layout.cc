#include "stepwell/converter/preprocess/axis_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::converter {
namespace {

constexpr std::string_view kGap = "...";
constexpr std::string_view kUnknown = "?";

[[noreturn]] void Refuse(std::string_view text, std::string_view why) {
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("'{}' is no layout such as nhwc, [n,h,w,c] or n...c: {}", text, why));
}

std::string Capitals(std::string_view text) {
  std::string capitals(text);
  std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](unsigned char c) { return std::toupper(c); });
  return capitals;
}

// "nhwc" and "n...c" as pieces.
std::vector<std::string> ShortPieces(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const std::size_t length = text.starts_with(kGap) ? kGap.size() : 1;
    pieces.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return pieces;
}

std::vector<std::string> LongPieces(std::string_view text) {
  std::vector<std::string> pieces;
  for (const std::string_view piece : Split(text.substr(1, text.size() - 2), ',')) pieces.emplace_back(Trim(piece));
  return pieces;
}

void CheckLabel(const std::string& label, std::string_view text) {
  if (label.find('*') != std::string::npos) Refuse(text, "axes cannot be fused");
  const bool is_word = !label.empty() && std::all_of(label.begin(), label.end(),
                                                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (label != kUnknown && !is_word) Refuse(text, fmt::format("'{}' is no name of an axis", label));
}

}  // namespace

AxisLayout AxisLayout::Parse(std::string_view text) {
  text = Trim(text);
  const bool opens = text.starts_with('[');
  if (text.empty() || opens != text.ends_with(']')) Refuse(text, "did you forget quotes?");
  AxisLayout layout;
  std::set<std::string> seen;
  for (const std::string& piece : opens ? LongPieces(text) : ShortPieces(text)) {
    if (piece == kGap) {
      if (layout.has_gap_) Refuse(text, "'...' stands twice");
      layout.has_gap_ = true;
      continue;
    }
    CheckLabel(piece, text);
    const std::string label = Capitals(piece);
    if (label != kUnknown && !seen.insert(label).second) Refuse(text, fmt::format("'{}' stands twice", piece));
    (layout.has_gap_ ? layout.back_ : layout.front_).push_back(label);
  }
  return layout;
}

std::vector<std::string> AxisLayout::Labels(int rank) const {
  const std::size_t named = front_.size() + back_.size();
  const std::size_t axes = AsSize(rank);
  if (has_gap_ ? named > axes : named != axes) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("the layout {} names {} axes, and the tensor has {}", ToText(), named, rank));
  }
  std::vector<std::string> labels(front_);
  labels.resize(axes - back_.size(), std::string(kUnknown));
  labels.insert(labels.end(), back_.begin(), back_.end());
  return labels;
}

std::string AxisLayout::ToText() const {
  std::vector<std::string> pieces(front_);
  if (has_gap_) pieces.emplace_back(kGap);
  pieces.insert(pieces.end(), back_.begin(), back_.end());
  return fmt::format("[{}]", Join(pieces, ","));
}

std::vector<std::int64_t> AxisOrder(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  std::vector<std::int64_t> order;
  std::vector<bool> taken(from.size());
  for (const std::string& label : to) {
    std::size_t axis = 0;
    while (axis < from.size() && (taken[axis] || from[axis] != label)) ++axis;
    if (axis == from.size()) {
      throw Error(ErrorKind::kInvalidArgument, fmt::format("there is no order of the axes [{}] that makes them [{}]",
                                                           Join(from, ","), Join(to, ",")));
    }
    taken[axis] = true;
    order.push_back(static_cast<std::int64_t>(axis));
  }
  return order;
}

}  // namespace stepwell::converter
