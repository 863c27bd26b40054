#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/converter/source/source_graph.h"
#include "stepwell/ops/import_rule.h"

namespace stepwell::converter {

// A node as import rules see it. `node` must outlive it.
class NodeAdaptor final : public ops::SourceNode {
 public:
  explicit NodeAdaptor(const converter::SourceNode& node) : node_(node) {}

  std::string_view name() const override { return node_.name; }
  std::string_view op() const override { return node_.op; }
  int num_inputs() const override { return static_cast<int>(node_.inputs.size()); }
  float FloatAttr(std::string_view key, float fallback) const override { return node_.FloatAttr(key, fallback); }
  bool BoolAttr(std::string_view key, bool fallback) const override { return node_.BoolAttr(key, fallback); }
  std::int64_t IntAttr(std::string_view key, std::int64_t fallback) const override {
    return node_.IntAttr(key, fallback);
  }
  std::string StringAttr(std::string_view key, std::string_view fallback) const override {
    return node_.StringAttr(key, fallback);
  }
  std::vector<std::int64_t> IntsAttr(std::string_view key) const override {
    return node_.IntsAttr(key, std::vector<std::int64_t>{});
  }
  DType TypeAttr(std::string_view key) const override;
  std::optional<DType> TypeAttrIfAny(std::string_view key) const override;

 private:
  const converter::SourceNode& node_;
};

}  // namespace stepwell::converter
