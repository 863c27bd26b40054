#pragma once

#include <cmath>
#include <vector>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/recurrent/lstm_cell.h"
#include "stepwell/ops/select/gather.h"

namespace stepwell::testing {

// Numbers between -1 and 1 that look random and are the same everywhere.
inline std::vector<float> Wave(std::size_t count, float phase) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = std::sin(phase + 1.7F * static_cast<float>(i));
  return values;
}

inline ir::ValueId WaveConstant(ir::GraphBuilder& builder, const char* name, const Shape& shape, float phase) {
  const std::vector<float> values = Wave(static_cast<std::size_t>(shape.num_elements()), phase);
  return builder.AddConstant(name, ir::ConstantData::Of(Tensor::Of<float>(shape, values)));
}

// One LSTM cell a call, 2 numbers in, 3 cells. Inputs: x f32[batch,2], row i64[1] and the states; output y f32[1,3] is
// row `row` of the new hidden state, so that a row which does not exist makes a call fail after its states were
// computed. The names of the states sort in opposite orders at input and output. The cell starts from 0.5, -0.25, 1;
// the hidden state from zeros.
inline ir::Graph SmallLstm(float weights_phase = 0.1F) {
  ir::GraphBuilder builder;
  const TensorType state{DType::kF32, {kDynamic, 3}};
  const ir::ValueId x = builder.AddInput("x", {DType::kF32, {kDynamic, 2}}, Shape{1, 2}, {});
  const ir::ValueId row = builder.AddInput("row", {DType::kI64, {1}});
  const ir::ValueId cell = builder.AddInput("z_cell", state, Shape{1, 3}, {});
  const ir::ValueId hidden = builder.AddInput("a_hidden", state, Shape{1, 3}, {});
  ops::recurrent::LstmCell op;
  op.hidden_size = 3;
  const auto next = builder.Add(
      "lstm", std::make_shared<const ops::recurrent::LstmCell>(op),
      {x, hidden, cell, WaveConstant(builder, "w", {12, 2}, weights_phase),
       WaveConstant(builder, "r", {12, 3}, weights_phase + 1), WaveConstant(builder, "b", {12}, weights_phase + 2)});
  const ir::ValueId y = builder.AddOne("y", ops::select::Gather(), {next[0], row, builder.AddInt("axis", 0)});
  builder.AddOutput("y", y);
  builder.AddOutput("z_hidden_next", next[0]);
  builder.AddOutput("a_cell_next", next[1]);
  const std::vector<float> start = {0.5F, -0.25F, 1};
  builder.AddState({"cell", "z_cell", "a_cell_next", ir::ConstantData::Of(Tensor::Of<float>({1, 3}, start)), ""});
  builder.AddState({"hidden", "a_hidden", "z_hidden_next", std::nullopt, ""});
  builder.SetName("small lstm");
  return std::move(builder).Build();
}

}  // namespace stepwell::testing
