#include "stepwell/converter/preprocess/preprocess.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/error.h"
#include "stepwell/converter/preprocess/preprocess_plan.h"
#include "stepwell/ir/port_layouts.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/layout/transpose.h"
#include "stepwell/ops/select/gather.h"
#include "stepwell/passes/rewriter.h"

namespace stepwell::converter {
namespace {

Shape Permuted(const Shape& shape, const std::vector<std::int64_t>& order) {
  Shape permuted;
  for (const std::int64_t axis : order) permuted.Append(shape[static_cast<int>(axis)]);
  return permuted;
}

class Preprocessor {
 public:
  Preprocessor(const ir::Graph& graph, const PreprocessPlan& plan) : graph_(graph), plan_(plan), rewriter_(graph) {}

  ir::Graph Run() {
    for (std::size_t i = 0; i < graph_.inputs().size(); ++i) AddInput(graph_.inputs()[i], plan_.inputs[i]);
    for (const ir::Node& node : graph_.nodes()) rewriter_.CopyNode(node);
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i) OrderOutput(i);
    WriteLayouts();
    return std::move(rewriter_).Finish();
  }

 private:
  void AddInput(const ir::Input& input, const PortPlan& port) {
    if (port.is_empty()) return rewriter_.CopyInput(input);
    name_ = input.name;
    const ir::Value& source = graph_.value(input.value);
    TensorType type = source.type;
    Shape default_shape = input.default_shape;
    ir::CallShape call = input.call;
    if (port.order) {
      const auto order = AxisOrder(port.labels, *port.order);
      for (Shape* shape : {&type.shape, &default_shape, &call.shape, &call.largest}) *shape = Permuted(*shape, order);
    }
    ir::ValueId value = rewriter_.builder().AddInput(input.name, type, default_shape, source.names);
    rewriter_.builder().SetCallShape(call);
    if (port.reverses_channels) value = Reversed(value, FedChannels(port));
    if (!port.mean.empty()) value = Applied<ops::elementwise::Subtract>("mean", value, port.mean, port);
    if (!port.scale.empty()) value = Applied<ops::elementwise::Divide>("scale", value, port.scale, port);
    // Last, beside the graph's own reorderings, which may undo it.
    if (port.order) value = Transposed(value, AxisOrder(*port.order, port.labels));
    rewriter_.MapWithoutNames(input.value, value);
  }

  // The axis of the channels in what is fed.
  static int FedChannels(const PortPlan& port) {
    if (!port.order) return port.channels.value();
    const std::vector<std::int64_t> order = AxisOrder(port.labels, *port.order);
    return static_cast<int>(std::find(order.begin(), order.end(), port.channels.value()) - order.begin());
  }

  ir::ValueId Transposed(ir::ValueId value, const std::vector<std::int64_t>& order) {
    const ir::ValueId axes = rewriter_.builder().AddInts(name_ + "/layout/order", order);
    return rewriter_.builder().AddOne(name_ + "/layout", ops::layout::Transpose(), {value, axes});
  }

  ir::ValueId Reversed(ir::ValueId value, int axis) {
    ir::GraphBuilder& builder = rewriter_.builder();
    const ir::ValueId order = builder.AddInts(name_ + "/reverse_channels/order", {2, 1, 0});
    const ir::ValueId along = builder.AddInt(name_ + "/reverse_channels/axis", axis);
    return builder.AddOne(name_ + "/reverse_channels", ops::select::Gather(), {value, order, along});
  }

  template <class Op>
  ir::ValueId Applied(std::string_view what, ir::ValueId value, const std::vector<float>& values,
                      const PortPlan& port) {
    ir::GraphBuilder& builder = rewriter_.builder();
    const TensorType type = builder.type(value);
    Shape shape;
    if (values.size() > 1) {
      shape = Shape::Filled(type.shape.rank(), 1);
      shape[FedChannels(port)] = static_cast<Dim>(values.size());
    }
    const auto data = ir::ConstantData::Of(Tensor::Of<float>(shape, std::span<const float>(values)));
    ir::ValueId constant = builder.AddConstant(fmt::format("{}/{}/value", name_, what), data);
    if (type.dtype != DType::kF32) {
      constant =
          builder.AddOne(fmt::format("{}/{}/type", name_, what), ops::elementwise::Convert(type.dtype), {constant});
    }
    return builder.AddOne(fmt::format("{}/{}", name_, what), Op(), {value, constant});
  }

  void OrderOutput(std::size_t index) {
    const PortPlan& port = plan_.outputs[index];
    if (!port.order) return;
    const ir::Output& output = graph_.outputs()[index];
    name_ = output.name;
    for (const ir::Output& other : graph_.outputs()) {
      if (&other == &output || other.value != output.value) continue;
      throw Error(
          ErrorKind::kUnsupported,
          fmt::format("outputs '{}' and '{}' are one tensor, which cannot have two layouts", name_, other.name));
    }
    if (graph_.FindStateOfOutput(output.name) != nullptr) {
      throw Error(ErrorKind::kInvalidArgument, fmt::format("output '{}' is a state, which keeps its layout", name_));
    }
    rewriter_.Map(output.value, Transposed(rewriter_.Mapped(output.value), AxisOrder(port.labels, *port.order)));
  }

  void WriteLayouts() {
    ir::PortLayouts layouts;
    for (std::size_t i = 0; i < plan_.inputs.size(); ++i) {
      if (plan_.inputs[i].layout) layouts[graph_.inputs()[i].name] = plan_.inputs[i].layout->ToText();
    }
    for (std::size_t i = 0; i < plan_.outputs.size(); ++i) {
      if (plan_.outputs[i].layout) layouts[graph_.outputs()[i].name] = plan_.outputs[i].layout->ToText();
    }
    if (!layouts.empty()) rewriter_.builder().SetMetadata(std::string(ir::kPortLayouts), ir::ToText(layouts));
  }

  const ir::Graph& graph_;
  const PreprocessPlan& plan_;
  passes::Rewriter rewriter_;
  std::string name_;  // of the input or output at hand
};

}  // namespace

ir::Graph Preprocess(const ir::Graph& graph, const Preprocessing& wishes, std::vector<std::string>& warnings) {
  const PreprocessPlan plan = PlanPreprocessing(graph, wishes, warnings);
  return Preprocessor(graph, plan).Run();
}

std::map<std::string, std::optional<int>> BatchAxes(const ir::Graph& graph, const Preprocessing& wishes) {
  std::map<std::string, std::optional<int>> axes;
  const PreprocessPlan plan = PlanLayouts(graph, wishes);
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
    const std::vector<std::string>& labels = plan.inputs[i].labels;
    if (labels.empty()) continue;
    const auto found = std::find(labels.begin(), labels.end(), "N");
    axes[graph.inputs()[i].name] =
        found == labels.end() ? std::nullopt : std::optional(static_cast<int>(found - labels.begin()));
  }
  return axes;
}

}  // namespace stepwell::converter
