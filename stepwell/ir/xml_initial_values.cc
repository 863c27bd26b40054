#include "stepwell/ir/xml_initial_values.h"

#include <algorithm>

#include "stepwell/ir/xml_attribute.h"
#include "stepwell/ir/xml_layer_type.h"

namespace stepwell::ir {
namespace {

constexpr std::string_view kBroadcastType = "Broadcast";

TensorType TypeOfConstant(const XmlLayer& constant) {
  return {ParseXmlDType(constant.Attribute("element_type")), ParseXmlShape(constant.Attribute("shape"))};
}

}  // namespace

ConstantData ReadConstant(const XmlLayer& constant, WeightsReader& weights) {
  return weights.Read(TypeOfConstant(constant), ParseXmlInt(constant.Attribute("offset")),
                      ParseXmlInt(constant.Attribute("size")), weights.ActivationsOf(constant.name));
}

const XmlLayer* XmlInitialValues::LayerBehind(std::size_t read) const {
  const auto& sources = wiring_.sources[read];
  return sources.empty() ? nullptr : &xml_.layers[sources[0].layer];
}

std::optional<ConstantData> XmlInitialValues::Find(std::size_t read) const {
  const XmlLayer* source = LayerBehind(read);
  if (source == nullptr || weights_.is_missing()) return std::nullopt;
  if (source->type == Constant::kName) return ReadConstant(*source, weights_);
  return source->type == kBroadcastType ? BroadcastElement(wiring_.sources[read][0].layer) : std::nullopt;
}

std::optional<ConstantData> XmlInitialValues::BroadcastElement(std::size_t broadcast) const {
  const XmlLayer* element = LayerBehind(broadcast);
  if (element == nullptr || element->type != Constant::kName) return std::nullopt;
  const TensorType type = TypeOfConstant(*element);
  if (!type.shape.is_static() || type.shape.num_elements() != 1) return std::nullopt;
  ConstantData value = ReadConstant(*element, weights_);
  const std::vector<XmlPort>& outputs = xml_.layers[broadcast].outputs;
  value.type.shape = Shape::Filled(outputs.empty() ? 0 : std::max(outputs[0].shape.rank(), 0), 1);
  return value;
}

bool XmlInitialValues::IsComputed(std::size_t read) const {
  return LayerBehind(read) != nullptr && !weights_.is_missing() && !Find(read);
}

std::vector<bool> XmlInitialValues::OnlyForVariables() const {
  enum : std::uint8_t { kByVariables = 1, kByOthers = 2 };
  std::vector<std::uint8_t> readers(xml_.layers.size());
  for (std::size_t i = 0; i < xml_.layers.size(); ++i) {
    const std::uint8_t reader = xml_.layers[i].type == kReadValueType ? kByVariables : kByOthers;
    for (const XmlWiring::Source& source : wiring_.sources[i]) readers[source.layer] |= reader;
  }
  std::vector<bool> only(readers.size());
  for (std::size_t i = 0; i < only.size(); ++i) {
    only[i] = readers[i] == kByVariables && xml_.layers[i].type == Constant::kName;
  }
  return only;
}

}  // namespace stepwell::ir
