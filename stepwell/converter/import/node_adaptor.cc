#include "stepwell/converter/import/node_adaptor.h"

#include <fmt/format.h>

namespace stepwell::converter {
namespace {

DType OurType(const converter::SourceNode& node, std::string_view key, TfType type) {
  if (const auto dtype = ElementType(type)) return *dtype;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("node '{}' ({}) works on {} (attribute '{}'), which is not supported", node.name, node.op,
                          TfTypeName(type), key));
}

}  // namespace

DType NodeAdaptor::TypeAttr(std::string_view key) const { return OurType(node_, key, node_.TypeAttr(key)); }

std::optional<DType> NodeAdaptor::TypeAttrIfAny(std::string_view key) const {
  if (!node_.HasAttr(key)) return std::nullopt;
  return OurType(node_, key, node_.TypeAttr(key));
}

}  // namespace stepwell::converter
