#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stepwell/converter/source/source_graph.h"
#include "stepwell/ops/import_rule.h"

namespace stepwell::converter {

// A node as import rules see it. `node` must outlive it. `used_outputs`: the ports that anything to be imported reads.
class NodeAdaptor final : public ops::SourceNode {
 public:
  NodeAdaptor(const converter::SourceNode& node, std::set<int> used_outputs)
      : node_(node), used_outputs_(std::move(used_outputs)) {}

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
  bool IsOutputUsed(int port) const override { return used_outputs_.contains(port); }

 private:
  const converter::SourceNode& node_;
  std::set<int> used_outputs_;
};

}  // namespace stepwell::converter
