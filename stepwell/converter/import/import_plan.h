#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stepwell/base/tensor.h"
#include "stepwell/converter/import/source_edges.h"
#include "stepwell/ir/constant_data.h"

namespace stepwell::converter {

// Tensors of the source, or a single edge, that are not computed: something else stands in their place.
struct Cut {
  std::vector<TensorId> tensors;
  std::optional<Use> edge;
};

// An input of the graph to be.
struct ImportInput {
  std::string name;
  std::vector<std::string> tensor_names;  // further names it answers to
  TensorType type;                        // in the graph; dynamic where the source does not say
  Cut cut;
  std::optional<DType> fed_as = std::nullopt;  // what the caller feeds, where it is to be converted to the type
};

// A constant in the place of tensors.
struct ImportConstant {
  std::string name;
  ir::ConstantData value;
  Cut cut;
};

struct ImportOutput {
  std::string name;
  TensorId tensor;
};

// What of a source graph becomes an ir::Graph.
struct ImportPlan {
  std::vector<ImportInput> inputs;
  std::vector<ImportConstant> constants;
  std::vector<ImportOutput> outputs;
  // Wherever the first is asked for, the second is taken: its values are the same, or all that is asked of them is.
  std::map<TensorId, TensorId> same;
};

// The tensors and edges at which the computation of a plan ends.
class CutSet {
 public:
  CutSet() = default;
  explicit CutSet(const ImportPlan& plan);
  void Add(const Cut& cut);

  bool Has(TensorId tensor) const { return tensors_.contains(tensor); }
  bool Has(const Use& edge) const { return edges_.contains(edge); }

 private:
  std::set<TensorId> tensors_;
  std::set<Use> edges_;
};

}  // namespace stepwell::converter
