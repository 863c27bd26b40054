#include "stepwell/converter/source_ops.h"

#include <map>

#include "stepwell/converter/import/node_kinds.h"
#include "stepwell/converter/plan/known_branches.h"
#include "stepwell/ops/registry.h"

namespace stepwell::converter {
namespace {

std::string_view HowOf(Treatment treatment) {
  switch (treatment) {
    case Treatment::kInput:
      return "input";
    case Treatment::kConstant:
      return "constant";
    case Treatment::kVariable:
      return "variable";
    case Treatment::kCopy:
      return "copy";
    case Treatment::kUpdate:
      return "update";
    case Treatment::kLeftOut:
      return "left out";
    case Treatment::kRefused:
      return "refused";
  }
  STEPWELL_CHECK(false);
}

}  // namespace

std::vector<SourceOp> AllSourceOps() {
  std::map<std::string, std::string_view> hows;
  for (const ops::ImportRule& rule : ops::AllImportRules()) hows.emplace(rule.source_op, "rewritten");
  for (const auto& [source_op, treatment] : TreatedOps()) hows.emplace(source_op, HowOf(treatment));
  for (const std::string_view source_op : kBranchOps) hows.emplace(source_op, "branch");
  std::vector<SourceOp> all;
  for (const auto& [name, how] : hows) all.push_back({name, how});
  return all;
}

}  // namespace stepwell::converter
