#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/ir/graph.h"
#include "stepwell/ir/port_layouts.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ir/xml_printer.h"
#include "stepwell/ir/xml_weights.h"

// Internal.
namespace stepwell::ir {

// Writes the <layers> and <edges> of one graph. Layers are numbered as they are written: inputs, initial values of
// variables, nodes, outputs (of variables last). Does not own what it is given.
class XmlGraphWriter {
 public:
  enum class Scope : std::uint8_t { kModel, kBody };

  XmlGraphWriter(const Graph& graph, Scope scope, XmlPrinter& printer, WeightsWriter& weights);

  void Write();

  // The layers of a body's inputs and outputs, known before they are written.
  static std::int64_t IdOfBodyInput(std::int64_t input) { return input; }
  static std::int64_t IdOfBodyOutput(const Graph& body, std::int64_t output);

 private:
  struct Port {
    std::int64_t layer = 0;
    std::int64_t port = 0;
  };
  struct Edge {
    Port from;
    Port to;
  };
  struct Layer {
    std::string name;
    std::string_view type;
    std::string_view opset;
    XmlPrinter::Attributes data;
  };

  void CollectTensorNames();
  void CollectNodeNames();
  const StateVar* VariableOf(const Input& input) const;
  void WriteInputs();
  void WriteParameter(const Input& input);
  void WriteReadValue(const Input& input, const StateVar& state, std::int64_t initial_layer);
  void WriteInitialValue(const Input& input, const StateVar& state);
  void WriteNode(const Node& node);
  void WriteConstant(std::string name, const ConstantData& data, const std::vector<ValueId>& outputs);
  void WriteOutputs();
  void WriteSink(const Layer& layer, ValueId value, const std::string& name);
  void WriteLayout(const std::string& port_name);
  std::string NameOfSink(const std::string& name) const;

  void Begin(const Layer& layer);
  void WriteInputPorts(const std::vector<ValueId>& inputs);
  void WriteOutputPorts(const std::vector<ValueId>& outputs, std::size_t num_inputs);
  void WritePort(std::size_t id, const TensorType& type, const std::vector<std::string>& names);
  void WriteEdges();

  const Graph& graph_;
  Scope scope_;
  XmlPrinter& printer_;
  WeightsWriter& weights_;
  PortLayouts layouts_;                                 // of inputs and outputs
  std::vector<std::vector<std::string>> tensor_names_;  // by value
  std::set<std::string, std::less<>> node_names_;       // of inputs and nodes
  std::vector<Port> ports_;                             // by value: where it comes from
  std::vector<Edge> edges_;
  std::int64_t next_layer_ = 0;
};

}  // namespace stepwell::ir
