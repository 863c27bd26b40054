#include "stepwell/ops/control/body.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/control/iterations.h"

namespace stepwell::ops::control {
namespace {

using ir::SubgraphOp;

void RequireInside(std::int64_t index, std::size_t size, std::string_view what) {
  if (index < 0 || AsSize(index) >= size) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("a port map names {} {} of {}", what, index, size));
  }
}

// Every index lies inside, and every input of the body is given by exactly one map.
void RequireFittingMaps(const SubgraphOp& op, std::size_t num_inputs) {
  const std::size_t body_inputs = op.body->inputs().size();
  const std::size_t body_outputs = op.body->outputs().size();
  std::vector<int> given(body_inputs, 0);
  for (const SubgraphOp::InputMap& map : op.input_map) {
    RequireInside(map.external_port, num_inputs, "input");
    RequireInside(map.body_input, body_inputs, "body input");
    ++given[AsSize(map.body_input)];
  }
  for (const SubgraphOp::OutputMap& map : op.output_map) {
    RequireInside(map.body_output, body_outputs, "body output");
  }
  for (const SubgraphOp::BackEdge& edge : op.back_edges) {
    RequireInside(edge.body_output, body_outputs, "body output");
    RequireInside(edge.body_input, body_inputs, "body input");
  }
  if (op.iteration_input) {
    RequireInside(*op.iteration_input, body_inputs, "body input");
    ++given[AsSize(*op.iteration_input)];
  }
  if (op.condition_output) RequireInside(*op.condition_output, body_outputs, "body output");
  const auto odd = std::find_if(given.begin(), given.end(), [](int times) { return times != 1; });
  if (odd != given.end()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the port map gives body input '{}' {} times",
                                                      op.body->inputs()[AsSize(odd - given.begin())].name, *odd));
  }
}

TensorType TypeInBody(const SubgraphOp& op, const SubgraphOp::InputMap& map, const TensorType& outer) {
  const ir::Input& input = op.body->inputs()[AsSize(map.body_input)];
  const TensorType& declared = op.body->value(input.value).type;
  if (declared.dtype != outer.dtype) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("body input '{}' is {} and is given {}", input.name, ToText(declared), ToText(outer)));
  }
  if (!outer.shape.has_rank()) return declared;
  TensorType type = outer;
  if (map.slicing) type.shape[NormalizedAxis(map.slicing->axis, outer.shape.rank())] = map.slicing->part_size;
  return type;
}

class BodyBuilder {
 public:
  BodyBuilder(const SubgraphOp& op, std::span<const OuterInput> inputs)
      : op_(op), outer_(inputs), values_(op.body->num_values()) {}

  ir::Graph Build() && {
    for (std::size_t i = 0; i < op_.body->inputs().size(); ++i) AddInput(i);
    for (const ir::Node& node : op_.body->nodes()) AddNode(node);
    RequireSameTypesOnBackEdges();
    for (const ir::Output& output : op_.body->outputs()) builder_.AddOutput(output.name, Mapped(output.value));
    return std::move(builder_).Build();
  }

 private:
  ir::ValueId Mapped(ir::ValueId id) const { return values_[id.index]; }

  const SubgraphOp::InputMap* MapOf(std::size_t body_input) const {
    const auto found = std::find_if(op_.input_map.begin(), op_.input_map.end(), [&](const SubgraphOp::InputMap& map) {
      return AsSize(map.body_input) == body_input;
    });
    return found == op_.input_map.end() ? nullptr : &*found;
  }

  void AddInput(std::size_t index) {
    const ir::Input& input = op_.body->inputs()[index];
    const SubgraphOp::InputMap* map = MapOf(index);
    TensorType type = op_.body->value(input.value).type;
    if (map != nullptr) type = TypeInBody(op_, *map, outer_[AsSize(map->external_port)].type);
    ir::ValueId& value = values_[input.value.index];
    value = builder_.AddInput(input.name, type);
    if (map == nullptr || map->slicing || IsCarried(op_, map->body_input)) return;
    const ir::ConstantData* constant = outer_[AsSize(map->external_port)].constant;
    if (constant != nullptr) value = builder_.AddConstant(input.name, *constant);
  }

  void AddNode(const ir::Node& node) {
    std::vector<ir::ValueId> inputs;
    for (const ir::ValueId id : node.inputs) inputs.push_back(Mapped(id));
    const std::vector<ir::ValueId> outputs = builder_.Add(node.name, node.op, std::move(inputs));
    for (std::size_t i = 0; i < outputs.size(); ++i) values_[node.outputs[i].index] = outputs[i];
  }

  void RequireSameTypesOnBackEdges() const {
    for (const SubgraphOp::BackEdge& edge : op_.back_edges) {
      const ir::Input& input = op_.body->inputs()[AsSize(edge.body_input)];
      const ir::Output& output = op_.body->outputs()[AsSize(edge.body_output)];
      const TensorType& taken = builder_.type(Mapped(input.value));
      const TensorType& given = builder_.type(Mapped(output.value));
      if (taken.dtype == given.dtype && ShapesAgree(taken.shape, given.shape)) continue;
      throw Error(ErrorKind::kInvalidModel, fmt::format("body output '{}' is {} and is carried to input '{}', {}",
                                                        output.name, ToText(given), input.name, ToText(taken)));
    }
  }

  const SubgraphOp& op_;
  std::span<const OuterInput> outer_;
  std::vector<ir::ValueId> values_;  // by the body's ValueId
  ir::GraphBuilder builder_;
};

}  // namespace

bool IsCarried(const SubgraphOp& op, std::int64_t body_input) {
  return std::any_of(op.back_edges.begin(), op.back_edges.end(),
                     [&](const SubgraphOp::BackEdge& edge) { return edge.body_input == body_input; });
}

ir::Graph BodyFor(const SubgraphOp& op, std::span<const OuterInput> inputs) {
  if (op.body == nullptr) throw Error(ErrorKind::kInvalidModel, "the op has no body");
  RequireFittingMaps(op, inputs.size());
  return While([] { return std::string("inferring the body"); }, [&] { return BodyBuilder(op, inputs).Build(); });
}

std::optional<Dim> NumSlicedIterations(const SubgraphOp& op, std::span<const OuterInput> inputs) {
  std::optional<Dim> count;
  for (const SubgraphOp::InputMap& map : op.input_map) {
    if (!map.slicing) continue;
    const Shape& outer = inputs[AsSize(map.external_port)].type.shape;
    const Dim extent = outer.has_rank() ? outer[NormalizedAxis(map.slicing->axis, outer.rank())] : kDynamic;
    const Dim slices = NumSlices(*map.slicing, extent);
    if (!DimsAgree(count.value_or(kDynamic), slices)) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("the sliced inputs give {} and {} iterations", *count, slices));
    }
    count = MergedDim(count.value_or(kDynamic), slices);
  }
  return count;
}

}  // namespace stepwell::ops::control
