#include "stepwell/passes/matcher.h"

#include "stepwell/ops/elementwise/binary.h"

namespace stepwell::passes {
namespace {

constexpr std::size_t kMostTerms = 8;

}  // namespace

Matcher::Matcher(const ir::Graph& graph)
    : graph_(graph), constants_(graph), num_uses_(graph.num_values()), users_(graph.num_values()) {
  for (const ir::Node& node : graph.nodes()) {
    for (const ir::ValueId input : node.inputs) {
      ++num_uses_[input.index];
      users_[input.index].push_back(&node);
    }
  }
  for (const ir::Output& output : graph.outputs()) ++num_uses_[output.value.index];
}

std::optional<double> Matcher::UniformValue(ir::ValueId value) const {
  if (!constants_.IsConstant(value)) return std::nullopt;
  return constants_.Evaluate(value).UniformValue();
}

const ir::Node* Matcher::OnlyUser(ir::ValueId value) const {
  return NumUses(value) == 1 && Users(value).size() == 1 ? Users(value)[0] : nullptr;
}

std::vector<ir::ValueId> Matcher::Terms(ir::ValueId value) const {
  std::vector<ir::ValueId> terms = {value};
  for (std::size_t i = 0; i < terms.size();) {
    const ir::Node* sum = Producer<ops::elementwise::Add>(terms[i]);
    if (sum == nullptr || terms.size() >= kMostTerms) {
      ++i;
      continue;
    }
    terms[i] = sum->inputs[0];
    terms.insert(terms.begin() + static_cast<std::ptrdiff_t>(i) + 1, sum->inputs[1]);
  }
  return terms;
}

ir::ValueId Matcher::BehindViews(ir::ValueId value) const {
  const ir::Node* node = graph_.producer(value);
  while (node != nullptr && node->op->IsView()) {
    value = node->inputs[0];
    node = graph_.producer(value);
  }
  return value;
}

}  // namespace stepwell::passes
