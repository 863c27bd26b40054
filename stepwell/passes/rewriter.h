#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/base/parallel.h"
#include "stepwell/ir/builder.h"

namespace stepwell::passes {

// Builds a graph out of another one, so that a pass says only what it changes. Every value of the source is given a
// value of the new graph that stands for it: by copying its node, or by Map(). Names of nodes, inputs and outputs,
// tensor names, states, roles and metadata are taken over. Types are inferred anew on the way. Not thread safe; the
// source must outlive it.
class Rewriter {
 public:
  explicit Rewriter(const ir::Graph& source) : source_(source), stand_ins_(source.num_values()) {}

  const ir::Graph& source() const { return source_; }
  ir::GraphBuilder& builder() { return builder_; }

  // What stands for a value of the source; nothing as long as nothing does.
  std::optional<ir::ValueId> FindMapped(ir::ValueId value) const { return stand_ins_[value.index]; }
  // The same where something must.
  ir::ValueId Mapped(ir::ValueId value) const;
  std::vector<ir::ValueId> Mapped(std::span<const ir::ValueId> values) const;
  // From now on `stand_in` is used wherever the source used `value`; it answers to the tensor names of `value` too.
  // Saying so again replaces the stand-in for what follows.
  void Map(ir::ValueId value, ir::ValueId stand_in);
  // The same for a stand-in that is another tensor, which the names do not mean.
  void MapWithoutNames(ir::ValueId value, ir::ValueId stand_in) { stand_ins_[value.index] = stand_in; }

  // An input of the source, as it was or with another type; its default shape stays.
  void CopyInput(const ir::Input& input) { CopyInput(input, source_.value(input.value).type); }
  void CopyInput(const ir::Input& input, const TensorType& type);
  void CopyInputs();  // all, as they were
  // A node of the source, reading what stands for its inputs.
  void CopyNode(const ir::Node& node);
  // The same with another op, which has as many outputs.
  void CopyNode(const ir::Node& node, std::shared_ptr<const ir::Op> op);

  // Adds the source's outputs (all, or those of these indices) whose values have a stand-in, the states whose input and
  // output were both taken over, the roles and names that still mean something, and the metadata that the builder has
  // no other value for; then Build().
  ir::Graph Finish() &&;
  ir::Graph Finish(std::span<const std::size_t> outputs) &&;

 private:
  void AddOutput(const ir::Output& output);
  void AddFacts();

  const ir::Graph& source_;
  ir::GraphBuilder builder_;
  std::vector<std::optional<ir::ValueId>> stand_ins_;  // by the source's ValueId
};

// Rebuilds the whole graph: inputs first, then every node in order through `visit`, which copies it or maps its
// outputs.
ir::Graph Rewrite(const ir::Graph& source, FunctionRef<void(Rewriter& rewriter, const ir::Node& node)> visit);

}  // namespace stepwell::passes
