#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "stepwell/converter/import/source_edges.h"
#include "stepwell/converter/source/checkpoint.h"
#include "stepwell/ir/constant_data.h"

namespace stepwell::converter {

// The elements of a tensor of a file. Throws Error(kUnsupported) for types we have none for; `what` names it.
ir::ConstantData ToConstantData(const SourceTensor& tensor, std::string_view what);

// A variable of the graph: who holds a copy of its value, and who changes it. In the order of the file.
struct SourceVariable {
  NodeIndex node = 0;
  std::vector<NodeIndex> reads;          // nodes whose output 0 is its value: copies, ReadVariableOp
  std::vector<NodeIndex> assigns;        // IsAssign
  std::vector<NodeIndex> other_updates;  // IsOtherUpdate
};

// All variables of a graph and their values. `edges` must outlive it. Immutable; values are read when asked for.
class Variables {
 public:
  Variables(const SourceEdges& edges, std::optional<Checkpoint> checkpoint);

  std::span<const SourceVariable> all() const { return all_; }
  const SourceVariable& at(NodeIndex variable) const { return all_[index_.at(variable)]; }
  // The variable whose value the tensor is, through any chain of copies; nothing for other tensors.
  std::optional<NodeIndex> Behind(TensorId tensor) const;

  // Whether there is a checkpoint and it holds the variable.
  bool IsStored(NodeIndex variable) const;
  // The value that the checkpoint holds; throws Error(kInvalidModel) where it does not fit the declaration.
  ir::ConstantData Stored(NodeIndex variable) const;
  // Its declared type: from the node, else from the checkpoint; an unknown rank where neither says.
  TensorType Type(NodeIndex variable) const;
  const std::optional<Checkpoint>& checkpoint() const { return checkpoint_; }

 private:
  std::string StoredName(NodeIndex variable) const;

  const SourceEdges* edges_;
  std::optional<Checkpoint> checkpoint_;
  std::vector<SourceVariable> all_;
  std::map<NodeIndex, std::size_t> index_;  // node -> place in all_
};

}  // namespace stepwell::converter
