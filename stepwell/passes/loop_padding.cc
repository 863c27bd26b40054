#include "stepwell/passes/loop_padding.h"

#include <algorithm>

#include "stepwell/base/shape.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/layout/broadcast.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/transpose.h"

namespace stepwell::passes {
namespace {

using ops::layout::Broadcast;
using ops::layout::Concat;
using ops::layout::Transpose;

ir::ValueId BehindTransposes(const Matcher& matcher, ir::ValueId value) {
  while (const ir::Node* node = matcher.Producer<Transpose>(value)) value = node->inputs[0];
  return value;
}

// Whether the value is the number of frames that the loop leaves.
bool IsRest(const Matcher& matcher, ir::ValueId value, const LoopLength& length) {
  const ir::Node* rest = matcher.Producer<ops::elementwise::Subtract>(matcher.BehindViews(value));
  return rest != nullptr && matcher.UniformValue(rest->inputs[0]) == static_cast<double>(length.frames) &&
         matcher.BehindViews(rest->inputs[1]) == matcher.BehindViews(length.trips);
}

// Whether the value is zeros in the shape [rest, ...], maybe transposed.
bool IsZerosOfRest(const Matcher& matcher, ir::ValueId value, const LoopLength& length) {
  const ir::Node* zeros = matcher.Producer<Broadcast>(BehindTransposes(matcher, value));
  if (zeros == nullptr || matcher.UniformValue(zeros->inputs[0]) != 0.0) return false;
  const ir::Node* shape = matcher.Producer<Concat>(zeros->inputs[1]);
  return shape != nullptr && IsRest(matcher, shape->inputs[0], length);
}

// Whether `axis` is the only one along which the shape is not known: that of the frames, in the result of a loop whose
// length a run tells.
bool IsOnlyDynamicAxis(const Shape& shape, std::int64_t axis) {
  if (!shape.has_rank()) return false;
  Shape others = shape;
  Dim& along = others[NormalizedAxis(axis, shape.rank())];
  if (along != kDynamic) return false;
  along = 0;
  return others.is_static();
}

std::optional<LoopPadding> MatchPadding(const Matcher& matcher, const ir::Node& node, ir::ValueId value,
                                        const LoopLength& length) {
  const auto* concat = ir::As<Concat>(*node.op);
  if (concat == nullptr || !IsOnlyDynamicAxis(matcher.ShapeOf(value), concat->axis)) return std::nullopt;
  const auto place = std::find(node.inputs.begin(), node.inputs.end(), value);
  const auto zeros = place + 1;
  if (zeros == node.inputs.end() || !IsZerosOfRest(matcher, *zeros, length)) return std::nullopt;
  return LoopPadding{&node, static_cast<std::size_t>(zeros - node.inputs.begin())};
}

// Whether the node only shows or reorders the value, whatever its length is.
bool Passes(const Matcher& matcher, const ir::Node& node, ir::ValueId value) {
  const bool is_layout = node.op->IsView() || ir::As<Transpose>(*node.op) != nullptr;
  return is_layout && node.inputs[0] == value &&
         std::all_of(node.inputs.begin() + 1, node.inputs.end(),
                     [&](ir::ValueId input) { return matcher.IsConstant(input); });
}

}  // namespace

std::optional<std::vector<LoopPadding>> FindPaddings(const Matcher& matcher, std::vector<ir::ValueId> results,
                                                     const LoopLength& length) {
  std::vector<LoopPadding> paddings;
  while (!results.empty()) {
    const ir::ValueId value = results.back();
    results.pop_back();
    const auto users = matcher.Users(value);
    if (matcher.NumUses(value) != static_cast<int>(users.size())) return std::nullopt;  // an output of the graph
    for (const ir::Node* user : users) {
      if (const auto padding = MatchPadding(matcher, *user, value, length)) {
        paddings.push_back(*padding);
      } else if (Passes(matcher, *user, value)) {
        results.push_back(user->outputs[0]);
      } else {
        return std::nullopt;
      }
    }
  }
  return paddings;
}

}  // namespace stepwell::passes
