#include "stepwell/apps/cli/mmdnn_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <string_view>

#include "stepwell/base/text.h"

namespace stepwell::cli {
namespace {

constexpr std::string_view kOutputFlag = "--dstNodeName";

enum class Role : std::uint8_t { kNetwork, kWeights, kOutputs, kInputs, kShapes, kPath, kFramework };

struct Spelling {
  std::string_view flag;
  Role role;
};
constexpr std::array kSpellings = {Spelling{"-n", Role::kNetwork},
                                   Spelling{"--network", Role::kNetwork},
                                   Spelling{"-in", Role::kNetwork},
                                   Spelling{"--inputNetwork", Role::kNetwork},
                                   Spelling{"-w", Role::kWeights},
                                   Spelling{"--weights", Role::kWeights},
                                   Spelling{"-iw", Role::kWeights},
                                   Spelling{"--inputWeight", Role::kWeights},
                                   Spelling{kOutputFlag, Role::kOutputs},
                                   Spelling{"-node", Role::kOutputs},
                                   Spelling{"--inNodeName", Role::kInputs},
                                   Spelling{"--inputShape", Role::kShapes},
                                   Spelling{"--inShape", Role::kShapes},
                                   Spelling{"-d", Role::kPath},
                                   Spelling{"--dstPath", Role::kPath},
                                   Spelling{"-om", Role::kPath},
                                   Spelling{"--outputModel", Role::kPath},
                                   Spelling{"-f", Role::kFramework},
                                   Spelling{"--srcFramework", Role::kFramework},
                                   Spelling{"-sf", Role::kFramework}};

// The values of MMdnn's flags, and all other words.
struct Parsed {
  std::map<Role, std::vector<std::string>> values;
  std::vector<std::string> others;
};

std::string_view FlagOf(std::string_view word) { return word.substr(0, word.find('=')); }

bool TakesMany(Role role) { return role == Role::kOutputs || role == Role::kInputs || role == Role::kShapes; }

// Reads a flag's values from the words behind it; returns the index of the last one.
std::size_t TakeValues(const std::vector<std::string>& arguments, std::size_t at, Role role, Parsed& parsed) {
  std::vector<std::string>& values = parsed.values[role];
  const std::string& word = arguments[at];
  if (const std::size_t equals = word.find('='); equals != std::string::npos) {
    values.push_back(word.substr(equals + 1));
    return at;
  }
  std::size_t last = at;
  while (last + 1 < arguments.size() && !arguments[last + 1].starts_with('-') && (TakesMany(role) || last == at)) {
    values.push_back(arguments[++last]);
  }
  if (last == at) throw CLI::ValidationError(word, "a value is missing behind it");
  return last;
}

Parsed Parse(const std::vector<std::string>& arguments) {
  Parsed parsed;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto spelling = std::find_if(kSpellings.begin(), kSpellings.end(),
                                       [&](const Spelling& other) { return other.flag == FlagOf(arguments[i]); });
    if (spelling == kSpellings.end()) {
      parsed.others.push_back(arguments[i]);
    } else {
      i = TakeValues(arguments, i, spelling->role, parsed);
    }
  }
  return parsed;
}

// "[?,299,299,3]" of "299,299,3" or of the words 299 299 3: MMdnn's shapes have no batch.
std::vector<std::string> ShapesOf(const std::vector<std::string>& words, std::size_t inputs) {
  const bool is_one = inputs <= 1 && std::none_of(words.begin(), words.end(), [](const std::string& word) {
                        return word.find(',') != std::string::npos;
                      });
  std::vector<std::string> shapes;
  if (is_one && !words.empty()) return {fmt::format("[?,{}]", Join(words, ","))};
  for (const std::string& word : words) shapes.push_back(fmt::format("[?,{}]", word));
  return shapes;
}

class Translator {
 public:
  explicit Translator(Parsed parsed) : parsed_(std::move(parsed)), result_(parsed_.others) {}

  std::vector<std::string> Run() {
    AddSource();
    Add("--output", Join(parsed_.values[Role::kOutputs], ","));
    Add("--input", Join(parsed_.values[Role::kInputs], ","));
    Add("--input_shape", Join(ShapesOf(parsed_.values[Role::kShapes], parsed_.values[Role::kInputs].size()), ","));
    AddPath();
    const std::string framework = Only(Role::kFramework);
    Add("--framework", framework == "tensorflow" ? "tf" : framework);
    return std::move(result_);
  }

 private:
  void Add(std::string flag, std::string value) {
    if (value.empty()) return;
    result_.push_back(std::move(flag));
    result_.push_back(std::move(value));
  }

  std::string Only(Role role) {
    const std::vector<std::string>& values = parsed_.values[role];
    return values.empty() ? std::string() : values.back();
  }

  void AddSource() {
    const std::string network = Only(Role::kNetwork);
    const std::string weights = Only(Role::kWeights);
    Add("--input_model", network.empty() ? weights : network);
    if (network.empty()) return;
    if (weights.empty()) {
      result_.emplace_back("--structure-only");
    } else {
      Add("--input_checkpoint", weights);
    }
  }

  void AddPath() {
    const std::filesystem::path path = Only(Role::kPath);
    if (path.empty()) return;
    Add("--output_dir", path.has_parent_path() ? path.parent_path().string() : ".");
    Add("--model_name", path.filename().string());
  }

  Parsed parsed_;
  std::vector<std::string> result_;
};

}  // namespace

bool IsMmdnnSpelling(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [](const std::string& word) { return FlagOf(word) == kOutputFlag; });
}

std::vector<std::string> FromMmdnnSpelling(const std::vector<std::string>& arguments) {
  return Translator(Parse(arguments)).Run();
}

}  // namespace stepwell::cli
