#include "stepwell/converter/source/saved_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"

namespace stepwell::converter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kServe = "serve";

using Tags = std::set<std::string>;

struct Candidate {
  Tags tags;
  WireReader message;
};

std::vector<Candidate> Candidates(const SharedBytes& wire) {
  std::vector<Candidate> candidates;
  for (WireReader message(wire); message.Next();) {
    if (message.field() != 2) continue;
    const std::vector<std::string> tags = ReadTags(message.Message());
    candidates.push_back({Tags(tags.begin(), tags.end()), message.Message()});
  }
  Require(!candidates.empty(), ErrorKind::kInvalidModel, "the SavedModel holds no MetaGraph");
  return candidates;
}

std::string ToText(const Tags& tags) {
  return tags.empty() ? "no tags" : fmt::format("'{}'", Join(std::vector<std::string>(tags.begin(), tags.end()), ","));
}

std::string TagsOf(const std::vector<Candidate>& candidates) {
  std::vector<std::string> texts;
  for (const Candidate& candidate : candidates) texts.push_back(ToText(candidate.tags));
  return Join(texts, "; ");
}

const Candidate& Chosen(const std::vector<Candidate>& candidates, const std::vector<std::string>& tags) {
  if (tags.empty() && candidates.size() == 1) return candidates.front();
  const Tags wanted = tags.empty() ? Tags{std::string(kServe)} : Tags(tags.begin(), tags.end());
  const auto found = std::find_if(candidates.begin(), candidates.end(),
                                  [&](const Candidate& candidate) { return candidate.tags == wanted; });
  if (found != candidates.end()) return *found;
  const std::string what = tags.empty() ? "the SavedModel holds several MetaGraphs, none of them tagged just 'serve'"
                                        : fmt::format("no MetaGraph of the SavedModel is tagged {}", ToText(wanted));
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("{}; give all tags of one with --saved_model_tags; there are {}", what, TagsOf(candidates)));
}

}  // namespace

std::optional<fs::path> FindSavedModelFile(const fs::path& folder) {
  for (const std::string_view name : {"saved_model.pb", "saved_model.pbtxt"}) {
    if (fs::is_regular_file(folder / name)) return folder / name;
  }
  return std::nullopt;
}

fs::path VariablesOf(const fs::path& folder) { return folder / "variables" / "variables"; }

MetaGraph ReadSavedModel(const SharedBytes& wire, const std::vector<std::string>& tags) {
  const std::vector<Candidate> candidates = Candidates(wire);
  return ReadMetaGraphDef(Chosen(candidates, tags).message);
}

}  // namespace stepwell::converter
