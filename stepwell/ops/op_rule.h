#pragma once

#include <memory>
#include <string_view>

#include "stepwell/ir/op.h"

namespace stepwell::ops {

// How the XML reader makes an op: one row per layer type that a family implements.
struct OpRule {
  std::string_view name;  // the layer's type in IR
  std::shared_ptr<ir::Op> (*make)();
};

template <class ConcreteOp>
constexpr OpRule OpRuleFor() {
  return {ConcreteOp::kName, []() -> std::shared_ptr<ir::Op> { return std::make_shared<ConcreteOp>(); }};
}

}  // namespace stepwell::ops
