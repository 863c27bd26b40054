#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "stepwell/ir/xml_document.h"
#include "stepwell/ir/xml_weights.h"
#include "stepwell/ir/xml_wiring.h"

// Internal. What the variables of a graph start from: input 0 of their ReadValue. All functions take the index of one.
namespace stepwell::ir {

// The value of a Const layer.
ConstantData ReadConstant(const XmlLayer& constant, WeightsReader& weights);

// Does not own what it is given.
class XmlInitialValues {
 public:
  XmlInitialValues(const XmlGraph& xml, const XmlWiring& wiring, WeightsReader& weights)
      : xml_(xml), wiring_(wiring), weights_(weights) {}

  // The constant, or one element broadcast to whatever shape the variable has; nothing for zeros that no layer gives,
  // and for what only a call tells.
  std::optional<ConstantData> Find(std::size_t read) const;
  // Whether a call computes it, from its inputs or in a way that is not looked through here.
  bool IsComputed(std::size_t read) const;
  // By layer: a constant that nothing reads but variables.
  std::vector<bool> OnlyForVariables() const;

 private:
  const XmlLayer* LayerBehind(std::size_t read) const;  // null when there is none
  std::optional<ConstantData> BroadcastElement(std::size_t broadcast) const;

  const XmlGraph& xml_;
  const XmlWiring& wiring_;
  WeightsReader& weights_;
};

}  // namespace stepwell::ir
