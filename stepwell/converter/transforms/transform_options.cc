#include "stepwell/converter/transforms/transform_options.h"

#include <fmt/format.h>

#include <utility>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/literal.h"

namespace stepwell::converter {
namespace {

constexpr std::string_view kFlag = "--transform";
constexpr std::string_view kKnown =
    "there are LowLatency2[use_const_initializer=True|False], MakeStateful[param_res_names={'INPUT':'OUTPUT',...}] and "
    "Pruning";

using Arguments = std::map<std::string, std::string>;

[[noreturn]] void Refuse(std::string_view piece, std::string_view why) {
  throw Error(ErrorKind::kInvalidArgument, fmt::format("{}: cannot read '{}': {}; {}", kFlag, piece, why, kKnown));
}

// What stands in the brackets behind the name.
Arguments ParseArguments(std::string_view text, std::string_view piece) {
  Arguments arguments;
  for (const std::string_view argument : Split(text, ';')) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string_view::npos) Refuse(piece, fmt::format("'{}' is no KEY=VALUE", argument));
    arguments.emplace(Trim(argument.substr(0, equals)), Trim(argument.substr(equals + 1)));
  }
  return arguments;
}

std::string TakeArgument(Arguments& arguments, const std::string& key) {
  const auto node = arguments.extract(key);
  return node.empty() ? std::string() : node.mapped();
}

void RequireAllTaken(const Arguments& arguments, std::string_view piece) {
  if (!arguments.empty()) Refuse(piece, fmt::format("there is no argument '{}'", arguments.begin()->first));
}

// Takes "'name'" or "\"name\"" off the front.
std::string TakeQuoted(std::string_view& text, std::string_view piece) {
  text = Trim(text);
  const std::size_t end = text.empty() ? std::string_view::npos : text.find(text.front(), 1);
  const bool is_quoted = end != std::string_view::npos && (text.front() == '\'' || text.front() == '"');
  if (!is_quoted) Refuse(piece, "names stand in quotes");
  std::string name(text.substr(1, end - 1));
  text = Trim(text.substr(end + 1));
  return name;
}

void TakeSign(char sign, std::string_view& text, std::string_view piece) {
  if (!text.starts_with(sign)) Refuse(piece, fmt::format("a '{}' was expected before '{}'", sign, text));
  text.remove_prefix(1);
}

// "{'a':'b','c':'d'}"
std::map<std::string, std::string> ParsePairs(std::string_view text, std::string_view piece) {
  if (!text.starts_with('{') || !text.ends_with('}')) Refuse(piece, "param_res_names stands in braces");
  text = Trim(text.substr(1, text.size() - 2));
  std::map<std::string, std::string> pairs;
  while (!text.empty()) {
    const std::string input = TakeQuoted(text, piece);
    TakeSign(':', text, piece);
    if (!pairs.emplace(input, TakeQuoted(text, piece)).second) Refuse(piece, fmt::format("'{}' is named twice", input));
    if (text.empty()) break;
    TakeSign(',', text, piece);
  }
  if (pairs.empty()) Refuse(piece, "it names no pair");
  return pairs;
}

bool ParseFlag(const std::string& text, std::string_view piece) {
  if (text.empty() || text == "True" || text == "true" || text == "1") return true;
  if (text != "False" && text != "false" && text != "0") Refuse(piece, fmt::format("'{}' is no boolean", text));
  return false;
}

void ParseTransform(std::string_view piece, TransformRequests& requests) {
  const std::size_t open = piece.find('[');
  if (open != std::string_view::npos && !piece.ends_with(']')) Refuse(piece, "something stands behind the ']'");
  const std::string_view name = Trim(piece.substr(0, open));
  const auto inner = open == std::string_view::npos ? "" : piece.substr(open + 1, piece.size() - open - 2);
  Arguments arguments = ParseArguments(inner, piece);
  if (name == "LowLatency2") {
    requests.low_latency = {{ParseFlag(TakeArgument(arguments, "use_const_initializer"), piece)}};
  } else if (name == "MakeStateful") {
    requests.stateful = ParsePairs(TakeArgument(arguments, "param_res_names"), piece);
  } else if (name == "Pruning") {
    requests.prunes = true;
  } else {
    Refuse(piece, fmt::format("there is no transformation '{}'", name));
  }
  RequireAllTaken(arguments, piece);
}

}  // namespace

TransformRequests ParseTransforms(std::string_view text) {
  TransformRequests requests;
  for (const std::string_view piece : SplitOutsideBrackets(text, kFlag)) ParseTransform(piece, requests);
  return requests;
}

}  // namespace stepwell::converter
