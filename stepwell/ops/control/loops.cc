#include "stepwell/ops/control/loops.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/limits.h"
#include "stepwell/ops/control/body.h"
#include "stepwell/ops/control/iterations.h"

namespace stepwell::ops::control {
namespace {

using ir::SubgraphOp;

constexpr std::int64_t kWithoutLimit = -1;

std::vector<OuterInput> OuterInputs(const ir::InferContext& inputs) {
  std::vector<OuterInput> outer;
  for (int i = 0; i < inputs.size(); ++i) outer.push_back({inputs.type(i), inputs.constant(i)});
  return outer;
}

TensorType OuterType(const SubgraphOp::OutputMap& map, const TensorType& in_body, Dim iterations) {
  if (!map.slicing || !in_body.shape.has_rank()) return in_body;
  TensorType outer = in_body;
  Dim& extent = outer.shape[NormalizedAxis(map.slicing->axis, outer.shape.rank())];
  if (!DimsAgree(extent, map.slicing->part_size)) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("an output of {} is put together in parts of {}", ToText(in_body), map.slicing->part_size));
  }
  extent = iterations == kDynamic ? kDynamic : CheckedMul(iterations, map.slicing->part_size);
  return outer;
}

// By external port; each is mapped once.
std::vector<TensorType> OutputTypes(const SubgraphOp& op, const ir::Graph& body, Dim iterations) {
  std::vector<std::optional<TensorType>> types(op.output_map.size());
  for (const SubgraphOp::OutputMap& map : op.output_map) {
    const bool inside = map.external_port >= 0 && AsSize(map.external_port) < types.size();
    if (!inside || types[AsSize(map.external_port)]) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("{} outputs are mapped and port {} is named", types.size(), map.external_port));
    }
    const ir::Output& output = body.outputs()[AsSize(map.body_output)];
    types[AsSize(map.external_port)] = OuterType(map, body.value(output.value).type, iterations);
  }
  std::vector<TensorType> result;
  for (const auto& type : types) result.push_back(*type);
  return result;
}

// What the condition is known to be.
std::optional<bool> KnownCondition(const ir::ConstantData* constant) {
  const auto value = constant == nullptr ? std::nullopt : constant->UniformValue();
  return value ? std::optional(*value != 0) : std::nullopt;
}

void RequireScalar(const ir::InferContext& inputs, int input, std::string_view what) {
  const Shape& shape = inputs.shape(input);
  if (shape.is_static() && shape.num_elements() != 1) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("input {} ({}) must be one element and is {}", input, what, ToText(inputs.type(input))));
  }
}

Dim LoopIterations(const Loop& op, const ir::InferContext& inputs, const ir::Graph& body) {
  const std::optional<bool> first = KnownCondition(inputs.constant(Loop::kCondition));
  if (first == false) return 0;
  std::optional<bool> following = true;
  if (op.condition_output) {
    following = KnownCondition(body.constant(body.outputs()[AsSize(*op.condition_output)].value));
  }
  const auto trips = inputs.ints(Loop::kTripCount);
  const bool limited = trips && trips->size() == 1 && (*trips)[0] != kWithoutLimit;
  if (first != true || !following) return kDynamic;
  if (!*following) return limited ? std::min<Dim>((*trips)[0], 1) : kDynamic;
  if (trips && !limited) throw Error(ErrorKind::kInvalidModel, "the loop has neither a trip count nor a condition");
  if (limited && (*trips)[0] < 0) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the trip count is {}", (*trips)[0]));
  }
  if (limited && (*trips)[0] > limits::kMostIterations) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the trip count is {}; at most {} are supported", (*trips)[0], limits::kMostIterations));
  }
  return limited ? (*trips)[0] : kDynamic;
}

}  // namespace

std::vector<TensorType> TensorIterator::Infer(const ir::InferContext& inputs) const {
  const std::vector<OuterInput> outer = OuterInputs(inputs);
  const ir::Graph concrete = BodyFor(*this, outer);
  const std::optional<Dim> iterations = NumSlicedIterations(*this, outer);
  if (!iterations) throw Error(ErrorKind::kUnsupported, "no input is cut into slices");
  return OutputTypes(*this, concrete, *iterations);
}

std::vector<TensorType> Loop::Infer(const ir::InferContext& inputs) const {
  inputs.RequireInputs(2, std::max(2, inputs.size()));
  RequireScalar(inputs, kTripCount, "trip count");
  RequireScalar(inputs, kCondition, "condition");
  const std::vector<OuterInput> outer = OuterInputs(inputs);
  const ir::Graph concrete = BodyFor(*this, outer);
  const Dim iterations = LoopIterations(*this, inputs, concrete);
  const Dim slices = NumSlicedIterations(*this, outer).value_or(kDynamic);
  if (iterations != kDynamic && slices != kDynamic && iterations > slices) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} iterations are asked for and the sliced inputs give {}", iterations, slices));
  }
  return OutputTypes(*this, concrete, iterations);
}

}  // namespace stepwell::ops::control
