#include "stepwell/view/profile.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace stepwell::view {
namespace {

using Json = nlohmann::json;

[[noreturn]] void ThrowForeign() {
  throw Error(ErrorKind::kInvalidArgument,
              "a profile is what 'stepwell bench MODEL --per-op --json' prints; this is something else");
}

double Number(const Json& row, const char* key) {
  const auto found = row.find(key);
  if (found == row.end() || !found->is_number()) ThrowForeign();
  return found->get<double>();
}

std::string Text(const Json& row, const char* key) {
  const auto found = row.find(key);
  if (found == row.end() || !found->is_string()) ThrowForeign();
  return found->get<std::string>();
}

const Json& Rows(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) ThrowForeign();
  for (const Json& row : *found) {
    if (!row.is_object()) ThrowForeign();
  }
  return *found;
}

}  // namespace

Profile Profile::Parse(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) ThrowForeign();
  Profile profile;
  for (const Json& row : Rows(json, "ops")) {
    profile.by_op_[Text(row, "op")] = Number(row, "mean_ms") / std::max(1.0, Number(row, "nodes"));
  }
  if (!json.contains("nodes")) return profile;
  for (const Json& row : Rows(json, "nodes")) profile.by_node_[Text(row, "node")] += Number(row, "mean_ms");
  return profile;
}

double Profile::MillisecondsOf(const Box& box) const {
  if (box.node == nullptr) return 0;
  const auto& times = by_node_.empty() ? by_op_ : by_node_;
  const auto found = by_node_.empty() ? times.find(box.node->op->name()) : times.find(box.node->name);
  return found == times.end() ? 0 : found->second;
}

}  // namespace stepwell::view
