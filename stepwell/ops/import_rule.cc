#include "stepwell/ops/import_rule.h"

#include <fmt/format.h>

namespace stepwell::ops {

ir::ValueId ImportSite::input(int index) const {
  if (index < 0 || AsSize(index) >= inputs.size()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("node '{}' ({}) has {} inputs where input {} is needed",
                                                      node.name(), node.op(), inputs.size(), index));
  }
  return inputs[AsSize(index)];
}

std::vector<std::int64_t> ImportSite::ConstInts(int index) const {
  const ir::ConstantData* constant = graph.constant(input(index));
  const auto values = constant == nullptr ? std::nullopt : constant->Ints();
  if (!values) {
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format("input {} of node '{}' ({}) must be a constant of integers; it is {} {}", index, node.name(),
                    node.op(), constant == nullptr ? "computed from data," : "a constant of", ToText(type(index))));
  }
  return *values;
}

std::int64_t ImportSite::ConstInt(int index) const {
  const std::vector<std::int64_t> values = ConstInts(index);
  if (values.size() != 1) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("input {} of node '{}' ({}) must be one integer and has {}",
                                                      index, node.name(), node.op(), values.size()));
  }
  return values[0];
}

std::string ImportSite::Name(std::string_view suffix) const {
  return suffix.empty() ? std::string(node.name()) : fmt::format("{}/{}", node.name(), suffix);
}

ir::ValueId ImportSite::Ints(std::string_view suffix, std::vector<std::int64_t> values) const {
  return graph.AddInts(Name(suffix), std::move(values));
}

ir::ValueId ImportSite::Int(std::string_view suffix, std::int64_t value) const {
  return graph.AddInt(Name(suffix), value);
}

ir::ValueId ImportSite::Float(std::string_view suffix, float value) const {
  return graph.AddFloat(Name(suffix), value);
}

}  // namespace stepwell::ops
