#include "stepwell/passes/row_ends.h"

#include <numeric>
#include <utility>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/elementwise/select.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/reshape.h"
#include "stepwell/ops/select/gather_nd.h"

namespace stepwell::passes {

using ir::ValueId;

RowEnds::RowEnds(ir::GraphBuilder& builder, std::string name, ValueId lengths, ValueId like,
                 kernels::SequenceOrder order)
    : builder_(builder), name_(std::move(name)), order_(order) {
  const Shape& shape = builder.type(like).shape;
  frames_ = shape[is_frames_first() ? 0 : 1];
  batch_ = shape[is_frames_first() ? 1 : 0];
  lengths_ = builder_.AddOne(name_ + "/lengths", ops::elementwise::Convert(DType::kI64), {lengths});
}

ValueId RowEnds::Reshaped(ValueId value, const Shape& shape) {
  const std::vector<std::int64_t> dims(shape.dims().begin(), shape.dims().end());
  return builder_.AddOne(name_ + "/reshaped", ops::layout::Reshape{},
                         {value, builder_.AddInts(name_ + "/shape", dims)});
}

ValueId RowEnds::Numbers(Dim count, const Shape& shape) {
  std::vector<std::int64_t> numbers(AsSize(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return builder_.AddConstant(name_ + "/numbers", ir::ConstantData::OfInts(shape, numbers));
}

ValueId RowEnds::Selected(ValueId condition, ValueId yes, ValueId no) {
  return builder_.AddOne(name_ + "/selected", ops::elementwise::Select{}, {condition, yes, no});
}

// Whether a frame lies before its row's end, [T, B, 1] or [B, T, 1].
ValueId RowEnds::Runs() {
  const ValueId frame = Numbers(frames_, is_frames_first() ? Shape{frames_, 1, 1} : Shape{1, frames_, 1});
  const ValueId lengths = Reshaped(lengths_, is_frames_first() ? Shape{1, batch_, 1} : Shape{batch_, 1, 1});
  return builder_.AddOne(name_ + "/runs", ops::elementwise::Less{}, {frame, lengths});
}

ValueId RowEnds::Zeroed(ValueId sequence) { return Selected(Runs(), sequence, builder_.AddFloat(name_ + "/zero", 0)); }

ValueId RowEnds::Held(ValueId sequence, ValueId initial) {
  const Dim width = builder_.type(sequence).shape[2];
  const ValueId last =
      Reshaped(Last(sequence, initial), is_frames_first() ? Shape{1, batch_, width} : Shape{batch_, 1, width});
  return Selected(Runs(), sequence, last);
}

ValueId RowEnds::Last(ValueId sequence, ValueId initial) {
  const ValueId zero = builder_.AddInt(name_ + "/none", 0);
  const ValueId before = builder_.AddOne(name_ + "/before_end", ops::elementwise::Subtract{},
                                         {lengths_, builder_.AddInt(name_ + "/one", 1)});
  const ValueId from_first = builder_.AddOne(name_ + "/from_first", ops::elementwise::Maximum{}, {before, zero});
  const ValueId frame = builder_.AddOne(name_ + "/last_frame", ops::elementwise::Minimum{},
                                        {from_first, builder_.AddInt(name_ + "/most", frames_ - 1)});
  std::vector<ValueId> place{Reshaped(frame, {batch_, 1})};
  place.insert(is_frames_first() ? place.end() : place.begin(), Numbers(batch_, {batch_, 1}));
  const ValueId last = builder_.AddOne(name_ + "/last", ops::select::GatherNd{},
                                       {sequence, builder_.AddOne(name_ + "/place", ops::layout::Concat(1), place)});
  const ValueId runs = builder_.AddOne(name_ + "/has_run", ops::elementwise::Greater{}, {lengths_, zero});
  return Selected(Reshaped(runs, {batch_, 1}), last, initial);
}

ValueId RowEnds::LastRun(ValueId sequence, ValueId initial) {
  const ValueId ends = builder_.AddOne(name_ + "/ends_in_time", ops::elementwise::LessEqual{},
                                       {lengths_, builder_.AddInt(name_ + "/frames", frames_)});
  return Selected(Reshaped(ends, {batch_, 1}), Last(sequence, initial), initial);
}

}  // namespace stepwell::passes
