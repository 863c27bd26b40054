#include "stepwell/converter/transforms/low_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"
#include "stepwell/ir/subgraph.h"
#include "stepwell/ops/control/loops.h"
#include "stepwell/ops/recurrent/lstm_sequence.h"
#include "stepwell/passes/constant_evaluator.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::converter {
namespace {

// One recurrent tensor of a loop: the node's input that it starts with, and the node's output of its last value.
struct Carried {
  std::size_t input = 0;
  std::size_t output = 0;
};

// A loop that gives the last value of each of its back edges.
struct OpenedLoop {
  std::shared_ptr<const ir::Op> op;
  std::vector<Carried> carried;
};

// The output of the node that has the body output's last value; one is added where there is none.
std::size_t LastValueOutput(std::int64_t body_output, std::size_t& outputs, ir::SubgraphOp& loop) {
  for (const ir::SubgraphOp::OutputMap& map : loop.output_map) {
    if (map.body_output == body_output && !map.slicing) return AsSize(map.external_port);
  }
  loop.output_map.push_back({static_cast<std::int64_t>(outputs), body_output, std::nullopt});
  return outputs++;
}

template <class Loop>
OpenedLoop Opened(const Loop& op, const ir::Node& node) {
  auto loop = std::make_shared<Loop>(op);
  std::size_t outputs = node.outputs.size();
  std::vector<Carried> carried;
  for (const ir::SubgraphOp::BackEdge& edge : op.back_edges) {
    const auto start = std::find_if(op.input_map.begin(), op.input_map.end(), [&](const ir::SubgraphOp::InputMap& map) {
      return map.body_input == edge.body_input;
    });
    if (start == op.input_map.end()) continue;
    carried.push_back({AsSize(start->external_port), LastValueOutput(edge.body_output, outputs, *loop)});
  }
  return {std::move(loop), std::move(carried)};
}

std::optional<OpenedLoop> OpenedLoopOf(const ir::Node& node) {
  if (const auto* op = ir::As<ops::control::TensorIterator>(*node.op)) return Opened(*op, node);
  if (const auto* op = ir::As<ops::control::Loop>(*node.op)) return Opened(*op, node);
  if (ir::As<ops::recurrent::LstmSequence>(*node.op) != nullptr) return OpenedLoop{node.op, {{1, 1}, {2, 2}}};
  return std::nullopt;
}

// By value: whether it depends on a state of the graph.
std::vector<bool> DependOnStates(const ir::Graph& graph) {
  std::vector<bool> depends(graph.num_values());
  for (const ir::Input& input : graph.inputs()) {
    depends[input.value.index] = graph.FindStateOfInput(input.name) != nullptr;
  }
  for (const ir::Node& node : graph.nodes()) {
    const bool any =
        std::any_of(node.inputs.begin(), node.inputs.end(), [&](ir::ValueId value) { return depends[value.index]; });
    for (const ir::ValueId output : node.outputs) depends[output.index] = any;
  }
  return depends;
}

class LoopOpener {
 public:
  LoopOpener(const ir::Graph& graph, const TransformRequests::LowLatency& request)
      : graph_(graph), request_(request), depends_(DependOnStates(graph)), rewriter_(graph) {}

  ir::Graph Run(std::vector<std::string>& warnings) {
    rewriter_.CopyInputs();
    // Inputs come before nodes.
    for (const ir::Node& node : graph_.nodes()) AddStateInputs(node);
    for (const ir::Node& node : graph_.nodes()) AddNode(node);
    for (const ir::Output& output : graph_.outputs()) {
      rewriter_.builder().AddOutput(output.name, rewriter_.Mapped(output.value));
    }
    for (const auto& [name, value] : last_values_) rewriter_.builder().AddOutput(name, value);
    for (ir::StateVar& state : states_) rewriter_.builder().AddState(std::move(state));
    if (!has_loop_) warnings.emplace_back("--transform LowLatency2: the model has no loop");
    return std::move(rewriter_).Finish(std::span<const std::size_t>());
  }

 private:
  static std::string NameOf(const ir::Node& node, const Carried& carried) {
    return fmt::format("{}/variable_{}", node.name, carried.input);
  }

  void AddStateInputs(const ir::Node& node) {
    const auto loop = OpenedLoopOf(node);
    if (!loop) return;
    has_loop_ = true;
    for (const Carried& carried : loop->carried) {
      const ir::ValueId start = node.inputs[carried.input];
      if (depends_[start.index]) continue;
      const TensorType& type = graph_.value(start).type;
      const std::string name = NameOf(node, carried);
      starts_[name] = rewriter_.builder().AddInput(name, type, DefaultShape(type.shape), {});
      states_.push_back({name, name, name + "/next", FirstValue(node, start),
                         fmt::format("a back edge of '{}', by LowLatency2", node.name)});
    }
  }

  static Shape DefaultShape(const Shape& shape) {
    Shape fixed;
    for (const Dim dim : shape.dims()) fixed.Append(MergedDim(dim, 1));
    return fixed;
  }

  std::optional<ir::ConstantData> FirstValue(const ir::Node& node, ir::ValueId start) const {
    if (request_.starts_at_zero) return std::nullopt;
    const passes::ConstantEvaluator evaluator(graph_);
    if (!evaluator.IsConstant(start)) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("LowLatency2[use_const_initializer=False]: '{}' ({}) starts with what is computed from "
                              "inputs, which no state can start with; leave the argument out to start at zero",
                              node.name, node.op->name()));
    }
    ir::ConstantData value = evaluator.Evaluate(start);
    return value.IsZero() ? std::nullopt : std::optional(std::move(value));
  }

  void AddNode(const ir::Node& node) {
    const auto loop = OpenedLoopOf(node);
    if (!loop) return rewriter_.CopyNode(node);
    std::vector<ir::ValueId> inputs = rewriter_.Mapped(node.inputs);
    for (const Carried& carried : loop->carried) {
      const auto start = starts_.find(NameOf(node, carried));
      if (start != starts_.end()) inputs[carried.input] = start->second;
    }
    const std::vector<ir::ValueId> outputs = rewriter_.builder().Add(node.name, loop->op, std::move(inputs));
    for (std::size_t port = 0; port < node.outputs.size(); ++port) rewriter_.Map(node.outputs[port], outputs[port]);
    for (const Carried& carried : loop->carried) {
      const std::string name = NameOf(node, carried);
      if (starts_.contains(name)) last_values_.emplace_back(name + "/next", outputs[carried.output]);
    }
  }

  const ir::Graph& graph_;
  const TransformRequests::LowLatency& request_;
  std::vector<bool> depends_;
  passes::Rewriter rewriter_;
  std::map<std::string, ir::ValueId> starts_;  // by the state's name
  std::vector<std::pair<std::string, ir::ValueId>> last_values_;
  std::vector<ir::StateVar> states_;
  bool has_loop_ = false;
};

}  // namespace

ir::Graph KeepLoopStates(const ir::Graph& graph, const TransformRequests::LowLatency& request,
                         std::vector<std::string>& warnings) {
  return LoopOpener(graph, request).Run(warnings);
}

ir::Graph FixStates(const ir::Graph& graph) {
  passes::Rewriter rewriter(graph);
  for (const ir::Input& input : graph.inputs()) {
    TensorType type = graph.value(input.value).type;
    if (const ir::StateVar* state = graph.FindStateOfInput(input.name)) {
      const Shape& next = graph.value(graph.outputs()[*graph.FindOutput(state->output)].value).type.shape;
      for (int axis = 0; axis < type.shape.rank(); ++axis) type.shape[axis] = MergedDim(type.shape[axis], next[axis]);
    }
    rewriter.CopyInput(input, type);
  }
  for (const ir::Node& node : graph.nodes()) rewriter.CopyNode(node);
  return std::move(rewriter).Finish();
}

}  // namespace stepwell::converter
