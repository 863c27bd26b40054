#include "stepwell/ops/recurrent/lstm_cell.h"

#include <algorithm>

namespace stepwell::ops::recurrent {
namespace {

void RequirePlainCell(const LstmCell& op, const ir::InferContext& inputs) {
  const bool is_plain = op.weights_format == "fico" && !op.input_forget;
  Require(is_plain, ErrorKind::kUnsupported, "only gates in the order fico that are not coupled are supported");
  if (!inputs.has(LstmCell::kPeepholes)) return;
  const ir::ConstantData* peepholes = inputs.constant(LstmCell::kPeepholes);
  const bool is_zero = peepholes != nullptr && peepholes->IsZero();
  Require(is_zero, ErrorKind::kUnsupported, "peepholes (input 6) are not supported");
}

}  // namespace

std::vector<TensorType> LstmCell::Infer(const ir::InferContext& inputs) const {
  RequirePlainCell(*this, inputs);
  std::vector<ir::InferContext::InputFacts> facts;
  for (int input = 0; input < std::min(inputs.size(), kPeepholes); ++input) {
    facts.push_back({inputs.type(input), inputs.constant(input), nullptr});
  }
  return InferCell(ir::InferContext(facts), contract());
}

}  // namespace stepwell::ops::recurrent
