#include "stepwell/ops/registry.h"

#include <algorithm>
#include <map>
#include <string>

namespace stepwell::ops {

#define OP_FAMILY(family)                    \
  namespace family {                         \
  std::span<const OpRule> OpRules();         \
  std::span<const ImportRule> ImportRules(); \
  std::span<const KernelRule> KernelRules(); \
  }
#include "stepwell/ops/families.def"
#undef OP_FAMILY

namespace {

template <class Rule>
void Append(std::vector<Rule>& all, std::span<const Rule> rules) {
  all.insert(all.end(), rules.begin(), rules.end());
}

std::vector<KernelRule> AllKernelRules() {
  std::vector<KernelRule> all;
#define OP_FAMILY(family) Append(all, family::KernelRules());
#include "stepwell/ops/families.def"
#undef OP_FAMILY
  return all;
}

// Tables are small and fixed; an index by name is made once.
template <class Rule>
std::map<std::string_view, Rule> IndexedBy(const std::vector<Rule>& rules, std::string_view Rule::*name) {
  std::map<std::string_view, Rule> index;
  for (const Rule& rule : rules) {
    STEPWELL_CHECK(index.emplace(rule.*name, rule).second);
  }
  return index;
}

template <class Rule>
const Rule* FindIn(const std::map<std::string_view, Rule>& index, std::string_view name) {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<OpRule> AllOpRules() {
  std::vector<OpRule> all;
#define OP_FAMILY(family) Append(all, family::OpRules());
#include "stepwell/ops/families.def"
#undef OP_FAMILY
  return all;
}

std::vector<ImportRule> AllImportRules() {
  std::vector<ImportRule> all;
#define OP_FAMILY(family) Append(all, family::ImportRules());
#include "stepwell/ops/families.def"
#undef OP_FAMILY
  return all;
}

std::vector<LayerType> AllLayerTypes() {
  std::vector<LayerType> layers;
  for (const OpRule& rule : AllOpRules()) layers.push_back({rule.name, rule.make()->opset()});
  std::sort(layers.begin(), layers.end(), [](const LayerType& a, const LayerType& b) { return a.name < b.name; });
  return layers;
}

std::shared_ptr<ir::Op> MakeOp(std::string_view layer_type) {
  static const auto kIndex = IndexedBy(AllOpRules(), &OpRule::name);
  const OpRule* rule = FindIn(kIndex, layer_type);
  return rule == nullptr ? nullptr : rule->make();
}

const ImportRule* FindImportRule(std::string_view source_op) {
  static const auto kIndex = IndexedBy(AllImportRules(), &ImportRule::source_op);
  return FindIn(kIndex, source_op);
}

const KernelRule& FindKernelRule(std::string_view op_name) {
  static const auto kIndex = IndexedBy(AllKernelRules(), &KernelRule::op_name);
  const KernelRule* rule = FindIn(kIndex, op_name);
  if (rule == nullptr) {
    throw Error(ErrorKind::kUnsupported, "there is no kernel for the op '" + std::string(op_name) + "'");
  }
  return *rule;
}

std::unique_ptr<const Kernel> MakeKernel(const ir::Op& op, const KernelSite& site) {
  return FindKernelRule(op.name()).make(op, site);
}

}  // namespace stepwell::ops
