#include "stepwell/converter/mo_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "stepwell/base/text.h"

namespace stepwell::converter {
namespace {

constexpr std::string_view kInputFlag = "--input";
constexpr std::string_view kFreezeFlag = "--freeze_placeholder_with_value";
constexpr std::string_view kArrow = "->";

[[noreturn]] void Refuse(std::string_view flag, std::string_view piece, std::string_view expected) {
  throw Error(ErrorKind::kInvalidArgument, fmt::format("{}: cannot read '{}': {}", flag, piece, expected));
}

// Runs a parser of a part; what it cannot read is shown with the flag and the whole piece.
template <class Parse>
auto InPiece(std::string_view flag, std::string_view piece, Parse&& parse) {
  try {
    return parse();
  } catch (const Error& error) {
    Refuse(flag, piece, error.what());
  }
}

std::optional<int> ParsePort(std::string_view text) {
  const auto port = ParseInt(text);
  if (!port || *port < 0 || *port > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*port);
}

// Takes "->value" off the end of a piece of --input.
std::optional<Literal> TakeValue(std::string_view& piece) {
  const std::size_t arrow = piece.rfind(kArrow);
  if (arrow == std::string_view::npos) return std::nullopt;
  const std::string_view value = piece.substr(arrow + kArrow.size());
  const std::string_view whole = std::exchange(piece, Trim(piece.substr(0, arrow)));
  return InPiece(kInputFlag, whole, [&] { return ParseLiteral(value); });
}

// Takes the group in brackets off the end of a piece, brackets included; empty where there is none.
std::string_view TakeGroup(std::string_view& piece) {
  if (piece.empty()) return {};
  const char close = piece.back();
  const char open = close == ']' ? '[' : close == ')' ? '(' : close == '}' ? '{' : '\0';
  if (open == '\0') return {};
  const std::size_t begin = piece.rfind(open);
  if (begin == std::string_view::npos) return {};
  const std::string_view group = piece.substr(begin);
  piece = Trim(piece.substr(0, begin));
  return group;
}

void ReadGroup(std::string_view group, std::string_view whole, InputRequest& request) {
  if (group.front() == '{') {
    if (request.dtype) Refuse(kInputFlag, whole, "it has two types");
    request.dtype = ParseDType(Trim(group.substr(1, group.size() - 2)));
    if (!request.dtype) Refuse(kInputFlag, whole, fmt::format("{} is no type such as {{f32}} or {{i32}}", group));
  } else {
    if (request.shape) Refuse(kInputFlag, whole, "it has two shapes");
    request.shape = InPiece(kInputFlag, whole, [&] { return ParseShape(group); });
  }
}

InputRequest ParseInput(std::string_view piece) {
  InputRequest request;
  std::string_view rest = piece;
  request.value = TakeValue(rest);
  for (std::string_view group = TakeGroup(rest); !group.empty(); group = TakeGroup(rest)) {
    ReadGroup(group, piece, request);
  }
  if (rest.empty()) Refuse(kInputFlag, piece, "it names no node");
  request.tensor = ParseTensorRequest(rest, kInputFlag);
  return request;
}

FreezeRequest ParseFreeze(std::string_view piece) {
  const std::size_t arrow = piece.rfind(kArrow);
  if (arrow == std::string_view::npos) Refuse(kFreezeFlag, piece, "expected name->value, such as is_training->False");
  const auto value = InPiece(kFreezeFlag, piece, [&] { return ParseLiteral(piece.substr(arrow + kArrow.size())); });
  return {ParseTensorRequest(Trim(piece.substr(0, arrow)), kFreezeFlag), value};
}

std::pair<std::string, std::string> ParsePair(std::string_view piece, std::string_view flag, std::string_view form) {
  const std::size_t equals = piece.find('=');
  const std::string_view left = Trim(piece.substr(0, equals));
  const std::string_view right = equals == std::string_view::npos ? "" : Trim(piece.substr(equals + 1));
  if (left.empty() || right.empty() || right.find('=') != std::string_view::npos) {
    Refuse(flag, piece, fmt::format("expected {}", form));
  }
  return {std::string(left), std::string(right)};
}

}  // namespace

std::optional<DType> ParseDType(std::string_view text) {
  using Entry = std::pair<std::string_view, DType>;
  static constexpr std::array<Entry, 14> kNames{{{"float64", DType::kF64},
                                                 {"float32", DType::kF32},
                                                 {"float16", DType::kF16},
                                                 {"int64", DType::kI64},
                                                 {"int32", DType::kI32},
                                                 {"int16", DType::kI16},
                                                 {"int8", DType::kI8},
                                                 {"uint64", DType::kU64},
                                                 {"uint32", DType::kU32},
                                                 {"uint16", DType::kU16},
                                                 {"uint8", DType::kU8},
                                                 {"float", DType::kF32},
                                                 {"int", DType::kI32},
                                                 {"bool", DType::kBool}}};
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const Entry& entry) { return entry.first == text; });
  return found == kNames.end() ? FindDType(text) : found->second;
}

TensorRequest ParseTensorRequest(std::string_view text, std::string_view flag) {
  constexpr std::string_view kForm = "expected name, name:port or port:name";
  TensorRequest request{std::string(text), std::string(text), std::nullopt, std::nullopt};
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view left = text.substr(0, colon);
    const std::string_view right = text.substr(colon + 1);
    request.output_port = ParsePort(right);
    if (!request.output_port) request.input_port = ParsePort(left);
    request.node = request.output_port ? left : right;
    if (!request.output_port && !request.input_port) Refuse(flag, text, kForm);
  }
  const bool is_name = !request.node.empty() && request.node.find_first_of(":,=[](){} \t") == std::string::npos;
  if (!is_name) Refuse(flag, text, kForm);
  return request;
}

std::vector<InputRequest> ParseInputs(std::string_view text) {
  std::vector<InputRequest> requests;
  for (const std::string_view piece : SplitOutsideBrackets(text, kInputFlag)) requests.push_back(ParseInput(piece));
  return requests;
}

std::vector<Shape> ParseInputShapes(std::string_view text) {
  constexpr std::string_view kFlag = "--input_shape";
  std::vector<Shape> shapes;
  for (const std::string_view piece : SplitOutsideBrackets(text, kFlag)) {
    shapes.push_back(InPiece(kFlag, piece, [&] { return ParseShape(piece); }));
  }
  return shapes;
}

std::vector<TensorRequest> ParseOutputs(std::string_view text) {
  constexpr std::string_view kFlag = "--output";
  std::vector<TensorRequest> requests;
  for (const std::string_view piece : SplitOutsideBrackets(text, kFlag)) {
    requests.push_back(ParseTensorRequest(piece, kFlag));
  }
  return requests;
}

std::vector<FreezeRequest> ParseFreezes(std::string_view text) {
  std::vector<FreezeRequest> requests;
  for (const std::string_view piece : SplitOutsideBrackets(text, kFreezeFlag)) requests.push_back(ParseFreeze(piece));
  return requests;
}

std::int64_t ParseBatch(std::string_view text) {
  const auto batch = ParseInt(Trim(text));
  if (!batch || *batch < 1) Refuse("--batch", text, "expected a positive number");
  return *batch;
}

StateRequests ParseStates(std::string_view text) {
  constexpr std::string_view kFlag = "--states";
  if (Trim(text) == "none") return {StateRequests::Mode::kNone, {}};
  StateRequests requests{StateRequests::Mode::kNamed, {}};
  for (const std::string_view piece : SplitOutsideBrackets(text, kFlag)) {
    const auto [input, output] = ParsePair(piece, kFlag, "INPUT=OUTPUT pairs, or none");
    requests.pairs.push_back({input, output});
  }
  if (requests.pairs.empty()) Refuse(kFlag, text, "expected INPUT=OUTPUT pairs, or none");
  return requests;
}

void ParseRole(std::string_view text, std::map<std::string, std::string>& roles) {
  const auto [role, name] = ParsePair(Trim(text), "--role", "ROLE=NAME");
  roles[role] = name;
}

}  // namespace stepwell::converter
