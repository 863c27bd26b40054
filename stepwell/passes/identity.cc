#include "stepwell/passes/identity.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace stepwell::passes {
namespace {

struct Candidate {
  const ir::GraphBuilder& builder;
  const ir::Op& op;
  std::span<const ir::ValueId> inputs;

  const TensorType& input_type() const { return builder.type(inputs[0]); }
  TensorType output_type() const { return builder.Infer(op, inputs).types.at(0); }
};

bool KeepsStaticType(const Candidate& candidate) {
  return candidate.input_type().shape.is_static() && candidate.input_type() == candidate.output_type();
}

bool KeepsDType(const Candidate& candidate) { return candidate.input_type().dtype == candidate.output_type().dtype; }

bool HasOneInput(const Candidate& candidate) { return candidate.inputs.size() == 1; }

bool KeepsOrder(const Candidate& candidate) {
  if (candidate.inputs.size() != 2) return false;
  const ir::ConstantData* order = candidate.builder.constant(candidate.inputs[1]);
  const auto axes = order == nullptr ? std::nullopt : order->Ints();
  if (!axes || axes->empty()) return false;  // no axes means the reverse order
  for (std::size_t i = 0; i < axes->size(); ++i) {
    if ((*axes)[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

struct Rule {
  std::string_view op_name;
  bool (*gives_input_back)(const Candidate&);
};

constexpr std::array kRules = {Rule{"Transpose", KeepsOrder}, Rule{"Convert", KeepsDType}, Rule{"Concat", HasOneInput},
                               Rule{"Broadcast", KeepsStaticType}, Rule{"Tile", KeepsStaticType}};

}  // namespace

bool GivesInputBack(const ir::GraphBuilder& builder, const ir::Op& op, std::span<const ir::ValueId> inputs) {
  if (inputs.empty()) return false;
  const Candidate candidate{builder, op, inputs};
  if (op.IsView()) return KeepsStaticType(candidate);
  const auto rule = std::find_if(kRules.begin(), kRules.end(), [&](const Rule& r) { return r.op_name == op.name(); });
  return rule != kRules.end() && rule->gives_input_back(candidate);
}

}  // namespace stepwell::passes
