#include "stepwell/passes/replace_lstm.h"

#include <algorithm>
#include <optional>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/layout/broadcast.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/order/reverse.h"
#include "stepwell/ops/recurrent/lstm_sequence.h"
#include "stepwell/ops/select/gather.h"
#include "stepwell/passes/add_fused_lstm.h"
#include "stepwell/passes/frame_order.h"
#include "stepwell/passes/row_ends.h"

namespace stepwell::passes {
namespace {

using ir::ValueId;
using kernels::SequenceOrder;
using ops::recurrent::Direction;
using ops::recurrent::FusedGru;
using ops::recurrent::FusedLstm;
using ops::recurrent::GruSequence;
using ops::recurrent::LstmSequence;
using Ended = LstmLoop::Result::Ended;

// The loop's tensors as a layer takes them: x [T, B, I] or [B, T, I] in the order in which the frames are run, h [B,
// H], c [B, N].
struct LayerInputs {
  ValueId x;
  ValueId h;
  ValueId c;
};

class LoopReplacement {
 public:
  LoopReplacement(Rewriter& rewriter, const ir::Node& node, const LstmLoop& loop)
      : rewriter_(rewriter), builder_(rewriter.builder()), node_(node), loop_(loop) {}

  void Write() {
    const LayerInputs inputs = AddInputs();
    const FusedLstmOutputs all = AddFusedLstm({.builder = builder_,
                                               .name = node_.name,
                                               .found_in = loop_.body,
                                               .x = inputs.x,
                                               .h = inputs.h,
                                               .c = inputs.c,
                                               .order = loop_.slices.order},
                                              loop_.step);
    AddEnds(all.h);
    for (std::size_t port = 0; port < loop_.results.size(); ++port) {
      const auto& result = loop_.results[port];
      if (!result) continue;
      const bool is_h = result->of == LstmLoop::Result::Of::kH;
      const ValueId value = AddResult(*result, is_h ? all.h : all.c, is_h ? inputs.h : inputs.c);
      const bool is_padded = loop_.trips && result->frames;
      const Shape shape = is_padded ? Shape::UnknownRank() : OuterShape(node_.outputs[port]);
      rewriter_.Map(node_.outputs[port], AddShaped(builder_, node_.name + "/shaped", value, shape));
    }
  }

 private:
  int Axis() const { return FrameAxis(loop_.slices.order); }
  const Shape& OuterShape(ValueId value) const { return rewriter_.source().value(value).type.shape; }
  const Shape& InnerShape(ValueId value) const { return loop_.body.value(value).type.shape; }

  LayerInputs AddInputs() {
    const Shape& frame = InnerShape(loop_.step.x);
    const Shape sequence = loop_.slices.order == SequenceOrder::kFramesFirst ? Shape{loop_.frames, frame[0], frame[1]}
                                                                             : Shape{frame[0], loop_.frames, frame[1]};
    const auto take = [&](std::size_t input, const Shape& shape) {
      return AddShaped(builder_, node_.name + "/input", rewriter_.Mapped(node_.inputs[input]), shape);
    };
    ValueId x = take(loop_.x, sequence);
    if (loop_.slices.backward) x = AddReversed(builder_, node_.name + "/backward", x, Axis());
    return {x, take(loop_.h, InnerShape(loop_.step.h)), take(loop_.c, InnerShape(loop_.step.c))};
  }

  // Knows the rows' ends, where there are any.
  void AddEnds(ValueId like) {
    if (!loop_.mask && !loop_.trips) return;
    const Dim rows = builder_.type(like).shape[1 - Axis()];
    const std::string name = node_.name + "/ends";
    ValueId lengths{};
    if (loop_.trips) {
      const ValueId trips = AddShaped(builder_, name + "/trips", rewriter_.Mapped(*loop_.trips), {1});
      lengths = builder_.AddOne(name, ops::layout::Broadcast{}, {trips, builder_.AddInts(name + "/rows", {rows})});
    } else {
      const ValueId given = rewriter_.Mapped(node_.inputs[loop_.mask->lengths]);
      const ValueId wide = builder_.AddOne(name + "/i64", ops::elementwise::Convert(DType::kI64),
                                           {AddShaped(builder_, name + "/given", given, {rows})});
      lengths =
          builder_.AddOne(name, ops::elementwise::Add{}, {wide, builder_.AddInt(name + "/offset", loop_.mask->offset)});
    }
    ends_.emplace(builder_, name, lengths, like, loop_.slices.order);
  }

  ValueId AddResult(const LstmLoop::Result& result, ValueId all, ValueId initial) {
    const std::string name = node_.name + "/result";
    if (!result.frames && result.ended == Ended::kHolds) return ends_->Last(all, initial);
    if (result.ended == Ended::kTaken) {
      const Shape& shape = builder_.type(initial).shape;
      const ValueId other = rewriter_.Mapped(node_.inputs[result.initial]);
      return ends_->LastRun(all, AddShaped(builder_, name + "/initial", other, shape));
    }
    ValueId value = all;
    if (result.ended == Ended::kZero) value = ends_->Zeroed(all);
    if (result.ended == Ended::kHolds) value = ends_->Held(all, initial);
    if (!result.frames) return AddLastFrame(builder_, name, value, Axis());
    if (loop_.slices.backward) value = AddReversed(builder_, name + "/forward", value, Axis());
    return result.frames->order == loop_.slices.order ? value : AddOtherOrder(builder_, name + "/order", value);
  }

  Rewriter& rewriter_;
  ir::GraphBuilder& builder_;
  const ir::Node& node_;
  const LstmLoop& loop_;
  std::optional<RowEnds> ends_;
};

// What a sequence op is that can be said by layers: inputs x, the states, lengths, W, R and B.
struct SequenceFacts {
  std::shared_ptr<const ir::Op> layer;  // of one direction
  Direction direction = Direction::kForward;
  std::size_t states = 1;

  std::size_t lengths() const { return 1 + states; }
};

std::optional<SequenceFacts> FactsOf(const ir::Node& node) {
  if (const auto* op = ir::As<LstmSequence>(*node.op); op != nullptr && op->has_usual_activations()) {
    FusedLstm layer;
    layer.sequence_order = SequenceOrder::kBatchFirst;
    layer.weight_order = kernels::WeightOrder::kOutputsByInputs;
    layer.gate_order = "fico";
    layer.gate_clip = op->clip;
    return SequenceFacts{std::make_shared<const FusedLstm>(std::move(layer)), op->direction, 2};
  }
  const auto* op = ir::As<GruSequence>(*node.op);
  // Parts of weights for two directions would not stay stored as they are.
  if (op == nullptr || !op->has_usual_activations() || op->direction == Direction::kBidirectional) return std::nullopt;
  FusedGru layer;
  static_cast<ops::recurrent::GruAttributes&>(layer) = *op;
  layer.sequence_order = SequenceOrder::kBatchFirst;
  return SequenceFacts{std::make_shared<const FusedGru>(std::move(layer)), op->direction, 1};
}

class SequenceReplacement {
 public:
  SequenceReplacement(Rewriter& rewriter, const ir::Node& node)
      : rewriter_(rewriter), builder_(rewriter.builder()), node_(node), facts_(FactsOf(node).value()) {}

  void Write() {
    std::vector<std::vector<ValueId>> parts(node_.outputs.size());
    for (std::int64_t direction = 0; direction < NumDirections(facts_.direction); ++direction) {
      const bool backward = facts_.direction == Direction::kReverse || direction == 1;
      const std::vector<ValueId> outputs = AddDirection(direction, backward);
      for (std::size_t port = 0; port < parts.size(); ++port) parts[port].push_back(WithDirection(outputs[port]));
    }
    for (std::size_t port = 0; port < parts.size(); ++port) {
      rewriter_.Map(node_.outputs[port],
                    builder_.AddOne(node_.name + "/directions", ops::layout::Concat(1), std::move(parts[port])));
    }
  }

 private:
  // The part of an input that is of the direction, without that axis.
  ValueId Part(std::size_t input, std::int64_t axis, std::int64_t direction) {
    const std::string name = node_.name + "/part";
    return builder_.AddOne(name, ops::select::Gather{},
                           {rewriter_.Mapped(node_.inputs[input]), builder_.AddInt(name + "/direction", direction),
                            builder_.AddInt(name + "/axis", axis)});
  }
  ValueId WithDirection(ValueId value) {
    return builder_.AddOne(node_.name + "/direction", ops::layout::Unsqueeze{},
                           {value, builder_.AddInts(node_.name + "/direction_axis", {1})});
  }

  // Y [B, T, N], and the last states [B, N].
  std::vector<ValueId> AddDirection(std::int64_t direction, bool backward) {
    const ValueId x = rewriter_.Mapped(node_.inputs[0]);
    std::vector<ValueId> inputs = {backward ? Reversed(x) : x};
    for (std::size_t state = 1; state <= facts_.states; ++state) inputs.push_back(Part(state, 1, direction));
    for (std::size_t weight = 1; weight <= 3; ++weight) inputs.push_back(Part(facts_.lengths() + weight, 0, direction));
    const std::vector<ValueId> all = builder_.Add(node_.name, facts_.layer, inputs);
    RowEnds ends(builder_, node_.name + "/ends", rewriter_.Mapped(node_.inputs[facts_.lengths()]), all[0],
                 SequenceOrder::kBatchFirst);
    const bool is_full = RunsToLastFrame();
    const ValueId y = is_full ? all[0] : ends.Zeroed(all[0]);
    std::vector<ValueId> outputs = {backward ? Reversed(y) : y};
    for (std::size_t state = 0; state < facts_.states; ++state) {
      outputs.push_back(is_full ? AddLastFrame(builder_, node_.name + "/last", all[state], 1)
                                : ends.Last(all[state], inputs[1 + state]));
    }
    return outputs;
  }

  // Each row of [B, T, ...] from its own last frame to its first.
  ValueId Reversed(ValueId sequence) {
    const std::string name = node_.name + "/backward";
    if (RunsToLastFrame()) return AddReversed(builder_, name, sequence, 1);
    return builder_.AddOne(name, ops::order::ReverseSequence{},
                           {sequence, rewriter_.Mapped(node_.inputs[facts_.lengths()])});
  }

  bool RunsToLastFrame() const;

  Rewriter& rewriter_;
  ir::GraphBuilder& builder_;
  const ir::Node& node_;
  const SequenceFacts facts_;
};

// Whether all rows are known to run to the last frame.
bool HaveFullLengths(const ir::ConstantData* lengths, Dim frames) {
  return lengths != nullptr && lengths->UniformValue() == static_cast<double>(frames);
}

bool SequenceReplacement::RunsToLastFrame() const {
  const Dim frames = rewriter_.source().value(node_.inputs[0]).type.shape[1];
  return HaveFullLengths(rewriter_.source().constant(node_.inputs[facts_.lengths()]), frames);
}

}  // namespace

void ReplaceLstmLoop(Rewriter& rewriter, const ir::Node& node, const LstmLoop& loop) {
  LoopReplacement(rewriter, node, loop).Write();
}

bool IsFusableSequence(const Matcher& matcher, const ir::Node& node) {
  const auto facts = FactsOf(node);
  if (!facts) return false;
  const TensorType& x = matcher.graph().value(node.inputs[0]).type;
  if (x.dtype != DType::kF32 || !x.shape.is_static() || x.shape.num_elements() == 0) return false;
  const auto weights = std::span<const ValueId>(node.inputs).subspan(facts->lengths() + 1);
  return std::all_of(weights.begin(), weights.end(), [&](ValueId weight) { return matcher.IsConstant(weight); });
}

void ReplaceLstmSequence(Rewriter& rewriter, const ir::Node& node) { SequenceReplacement(rewriter, node).Write(); }

}  // namespace stepwell::passes
