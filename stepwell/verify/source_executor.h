#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stepwell/converter/import/source_edges.h"
#include "stepwell/converter/import/variables.h"
#include "stepwell/converter/source/load_source.h"

namespace stepwell::verify {

// Runs a TensorFlow graph as it was read, as a session of TensorFlow would: node after node, variables and assigns
// included, nothing cut, folded or fused, each op by its import rule alone and plain reference kernels. The slow and
// simple thing that a compiled model is compared with. Not thread safe; the source must outlive it.
class SourceExecutor {
 public:
  explicit SourceExecutor(const converter::LoadedSource& source);

  // The tensor of a name as users write it: "name" or "name:port". Throws Error with the nearest names where the graph
  // has none such.
  converter::TensorId Find(std::string_view name) const;
  // Whether Find() finds a node.
  bool Has(std::string_view name) const;
  // The variable a tensor is a copy of; nothing for other tensors.
  std::optional<converter::NodeIndex> VariableBehind(converter::TensorId tensor) const {
    return variables_.Behind(tensor);
  }

  // Every variable has its first value again: that of the checkpoint, else that of an assign that depends on constants
  // alone, else zeros.
  void Reset();

  // One run: `feeds` replace what the graph would compute there; the assigns of `variables` that depend on the run are
  // carried out; returns the values of `fetches`. Throws Error naming the node.
  std::vector<ir::ConstantData> Run(const std::map<converter::TensorId, ir::ConstantData>& feeds,
                                    std::span<const converter::TensorId> fetches,
                                    std::span<const converter::NodeIndex> variables);

 private:
  using Values = std::vector<std::vector<std::optional<ir::ConstantData>>>;  // by node, by port

  // Computes every node that `roots` depend on, in the graph's order.
  void RunNodes(std::span<const converter::NodeIndex> roots, Values& values);
  void RunNode(converter::NodeIndex index, Values& values);
  std::vector<ir::ConstantData> Compute(converter::NodeIndex index, std::span<const ir::ConstantData> inputs);
  std::vector<ir::ConstantData> ComputeByRule(converter::NodeIndex index,
                                              std::span<const ir::ConstantData> inputs) const;
  const ir::ConstantData& Held(converter::NodeIndex variable);
  ir::ConstantData Assign(converter::NodeIndex index, std::span<const ir::ConstantData> inputs);
  ir::ConstantData FirstValue(const converter::SourceVariable& variable);
  ir::ConstantData ValueOf(converter::TensorId tensor, const Values& values) const;

  const converter::LoadedSource& source_;
  converter::SourceEdges edges_;
  converter::Variables variables_;
  std::vector<bool> varies_;  // by node: whether it depends on a placeholder or a variable
  std::map<converter::NodeIndex, ir::ConstantData> memory_;  // by variable
};

}  // namespace stepwell::verify
