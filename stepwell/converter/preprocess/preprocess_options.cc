#include "stepwell/converter/preprocess/preprocess_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/literal.h"

namespace stepwell::converter {
namespace {

constexpr std::string_view kArrow = "->";

[[noreturn]] void Refuse(std::string_view flag, std::string_view piece, std::string_view expected) {
  throw Error(ErrorKind::kInvalidArgument, fmt::format("{}: cannot read '{}': {}", flag, piece, expected));
}

float ParseNumber(std::string_view text, std::string_view flag, std::string_view piece) {
  const auto number = ParseDouble(Trim(text));
  if (!number || !std::isfinite(*number)) Refuse(flag, piece, fmt::format("'{}' is no number", Trim(text)));
  return static_cast<float>(*number);
}

ChannelValues ParsePiece(std::string_view piece, std::string_view flag) {
  const std::size_t open = piece.find_first_of("[(");
  const char close = open == std::string_view::npos ? '\0' : piece[open] == '[' ? ']' : ')';
  if (close == '\0' || piece.back() != close) Refuse(flag, piece, "expected values in brackets, such as name[1,2,3]");
  ChannelValues channels{std::string(Trim(piece.substr(0, open))), {}};
  for (const std::string_view value : Split(piece.substr(open + 1, piece.size() - open - 2), ',')) {
    channels.values.push_back(ParseNumber(value, flag, piece));
  }
  if (channels.values.empty()) Refuse(flag, piece, "it has no values");
  return channels;
}

// Which of the two layouts a flag says.
enum class Says : std::uint8_t { kSource, kTarget, kBoth };

// "nhwc", "nhwc->nchw", "->nchw"
void TakeLayouts(std::string_view text, Says says, LayoutRequest& request) {
  const std::size_t arrow = says == Says::kBoth ? text.find(kArrow) : std::string_view::npos;
  const std::string_view first = Trim(text.substr(0, arrow));
  if (says == Says::kTarget) {
    request.target = AxisLayout::Parse(first);
  } else if (!first.empty() || arrow == std::string_view::npos) {
    request.source = AxisLayout::Parse(first);
  }
  if (arrow != std::string_view::npos) request.target = AxisLayout::Parse(text.substr(arrow + kArrow.size()));
}

// Splits "name(layout)" and "name[layout]->[layout]"; a layout alone has no name.
std::pair<std::string, std::string_view> NameAndLayout(std::string_view piece) {
  const std::size_t open = piece.find_first_of("([");
  if (open == std::string_view::npos) return {"", piece};
  const std::string name(Trim(piece.substr(0, open)));
  if (piece[open] == '(' && piece.ends_with(')')) return {name, piece.substr(open + 1, piece.size() - open - 2)};
  // "nhwc->[n,c,h,w]" is no name before a bracket.
  return name.ends_with(kArrow) ? std::pair(std::string(), piece) : std::pair(name, piece.substr(open));
}

void AddLayouts(std::string_view text, std::string_view flag, Says says, std::vector<LayoutRequest>& requests) {
  std::size_t place = 0;
  for (const std::string_view piece : SplitOutsideBrackets(text, flag)) {
    const auto [name, layout] = NameAndLayout(piece);
    const std::string& wanted = name;
    auto request = std::find_if(requests.begin(), requests.end(),
                                [&](const LayoutRequest& other) { return !wanted.empty() && other.name == wanted; });
    if (wanted.empty() && place < requests.size()) request = requests.begin() + static_cast<std::ptrdiff_t>(place);
    if (request == requests.end()) request = requests.insert(requests.end(), LayoutRequest{wanted, {}, {}});
    try {
      TakeLayouts(layout, says, *request);
    } catch (const Error& error) {
      Refuse(flag, piece, error.what());
    }
    ++place;
  }
}

// All pieces have names, or none has.
template <class Piece>
void RequireAlike(const std::vector<Piece>& pieces, std::string Piece::*name, std::string_view flag,
                  std::string_view text) {
  const auto named = std::count_if(pieces.begin(), pieces.end(), [&](const Piece& p) { return !(p.*name).empty(); });
  if (named == 0 || static_cast<std::size_t>(named) == pieces.size()) return;
  Refuse(flag, text, "some pieces name an input and some do not");
}

}  // namespace

std::vector<ChannelValues> ParseChannelValues(std::string_view text, std::string_view flag) {
  std::vector<ChannelValues> values;
  for (const std::string_view piece : SplitOutsideBrackets(text, flag)) values.push_back(ParsePiece(piece, flag));
  RequireAlike(values, &ChannelValues::input, flag, text);
  return values;
}

float ParseScale(std::string_view text) {
  constexpr std::string_view kFlag = "--scale";
  const float scale = ParseNumber(text, kFlag, text);
  if (scale == 0) Refuse(kFlag, text, "inputs are divided by it");
  return scale;
}

std::vector<LayoutRequest> ParseLayouts(std::string_view layout, std::string_view source, std::string_view target) {
  if (!layout.empty() && !(source.empty() && target.empty())) {
    throw Error(ErrorKind::kInvalidArgument,
                "--layout says both layouts; it goes with neither --source_layout nor --target_layout");
  }
  std::vector<LayoutRequest> requests;
  AddLayouts(layout, "--layout", Says::kBoth, requests);
  AddLayouts(source, "--source_layout", Says::kSource, requests);
  AddLayouts(target, "--target_layout", Says::kTarget, requests);
  RequireAlike(requests, &LayoutRequest::name, "the layouts", layout.empty() ? source : layout);
  return requests;
}

}  // namespace stepwell::converter
