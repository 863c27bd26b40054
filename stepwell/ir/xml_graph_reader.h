#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/ir/builder.h"
#include "stepwell/ir/xml_document.h"
#include "stepwell/ir/xml_facts.h"
#include "stepwell/ir/xml_initial_values.h"
#include "stepwell/ir/xml_variables.h"
#include "stepwell/ir/xml_weights.h"
#include "stepwell/ir/xml_wiring.h"

// Internal.
namespace stepwell::ir {

// Turns the layers of one graph, a whole model or a body, into a Graph. Does not own what it is given.
class XmlGraphReader {
 public:
  // `facts`: those of the whole model; null for a body and for files that others wrote.
  XmlGraphReader(const XmlGraph& xml, const ModelFacts* facts, OpFactory factory, WeightsReader& weights);

  // Adds inputs, nodes, outputs and states to the builder.
  void Read();

  GraphBuilder& builder() { return builder_; }
  // Positions among the graph's inputs and outputs, by the id of a Parameter and of a Result. Throw
  // Error(kInvalidModel) when the layer is none.
  std::int64_t InputOfLayer(std::int64_t id) const;
  std::int64_t OutputOfLayer(std::int64_t id) const;

 private:
  struct InputEntry {
    std::size_t layer = 0;
    std::string name;
    TensorType type;
    Shape default_shape;
  };
  struct OutputEntry {
    std::size_t layer = 0;
    std::string name;
    ValueId value;
  };

  void AddInputs();
  InputEntry MakeInput(std::size_t index) const;
  std::optional<CallShape> CallShapeOf(const InputEntry& input) const;
  Shape DefaultShapeOf(std::size_t index, const TensorType& type) const;
  bool IsComputedVariable(std::size_t index) const;
  void AddNodes();
  void AddConstant(std::size_t index);
  void AddOp(std::size_t index);
  void AddFirstCall();
  void AddComputedVariable(std::size_t read);
  std::shared_ptr<const Op> WithDeclaredTypes(std::shared_ptr<const Op> op, const XmlLayer& layer) const;
  void Keep(std::size_t index, std::vector<ValueId> values);
  void AddOutputs();
  OutputEntry MakeOutput(std::size_t index);
  void AddOutput(const OutputEntry& entry);
  std::string NameOfResult(const XmlLayer& layer, ValueId value) const;
  void AddStates();
  StateVar MakeState(const std::string& id, const XmlVariable& variable) const;

  const XmlLayer& layer(std::size_t index) const { return xml_.layers[index]; }
  ValueId ValueOf(const XmlWiring::Source& source) const;

  const XmlGraph& xml_;
  const ModelFacts* facts_;
  OpFactory factory_;
  WeightsReader& weights_;
  XmlWiring wiring_;
  std::map<std::string, XmlVariable> variables_;
  XmlInitialValues initial_values_;
  std::optional<ValueId> is_first_call_;  // where the initial value of a variable is computed
  GraphBuilder builder_;
  std::vector<std::vector<ValueId>> values_;  // by layer and output port
  std::vector<std::int64_t> entries_;         // by layer: its position among the inputs or outputs, else -1
};

}  // namespace stepwell::ir
