#pragma once

#include <random>
#include <string>
#include <vector>

#include "stepwell/ir/builder.h"
#include "tests/support/small_ops.h"

// For tests of this folder.
namespace stepwell::view {

inline const TensorType kVector{DType::kF32, {kDynamic, 4}};

inline ir::ConstantData Weights(std::int64_t count) {
  return ir::ConstantData::Of(Tensor::Of<float>({count}, std::vector<float>(static_cast<std::size_t>(count), 0.25F)));
}

// A state that is added to an input inside the scope "cell", with a weight, a small constant and a long way round.
inline ir::Graph StatefulGraph() {
  ir::GraphBuilder builder;
  builder.SetName("stateful");
  const ir::ValueId features = builder.AddInput("features", kVector);
  const ir::ValueId previous = builder.AddInput("previous", kVector);
  const ir::ValueId weight = builder.AddConstant("cell/kernel/read", Weights(64));
  const ir::ValueId scaled = builder.AddOne("cell/inner/scaled", testing::SmallRelu(), {weight});
  const ir::ValueId used = builder.AddOne("cell/inner/used", testing::SmallRelu(), {scaled});
  const ir::ValueId small = builder.AddFloat("cell/half", 0.5F);
  const ir::ValueId sum = builder.AddOne("cell/sum", testing::SmallAdd(), {features, previous});
  const ir::ValueId next = builder.AddOne("cell/next", testing::SmallAdd(), {sum, small});
  const ir::ValueId logits = builder.AddOne("head/logits", testing::SmallRelu(), {next});
  builder.AddOutput("logits", logits);
  builder.AddOutput("next", next);
  builder.AddOutput("used", used);
  builder.AddState({"memory", "previous", "next", std::nullopt, "Assign 'memory' takes 'cell/next'"});
  return std::move(builder).Build();
}

// A loop whose body adds what it gave before to a slice of "frames".
inline ir::Graph LoopGraph() {
  ir::GraphBuilder body;
  const ir::ValueId frame = body.AddInput("frame", {DType::kF32, {1, 4}});
  const ir::ValueId before = body.AddInput("before", {DType::kF32, {1, 4}});
  body.AddOutput("after", body.AddOne("step/sum", testing::SmallAdd(), {frame, before}));
  testing::SmallTensorIterator loop;
  loop.body = std::make_shared<const ir::Graph>(std::move(body).Build());
  loop.input_map = {{0, 0, ir::SubgraphOp::Slicing{}}, {1, 1, std::nullopt}};
  loop.output_map = {{0, 0, std::nullopt}};
  loop.back_edges = {{0, 1}};
  ir::GraphBuilder builder;
  const ir::ValueId frames = builder.AddInput("frames", kVector);
  const ir::ValueId start = builder.AddInput("start", {DType::kF32, {1, 4}});
  const ir::ValueId last = builder.AddOne("rnn/loop", std::move(loop), {frames, start});
  builder.AddOutput("last", builder.AddOne("rnn/head", testing::SmallRelu(), {last}));
  return std::move(builder).Build();
}

// Nodes in random scopes that take random earlier tensors.
inline ir::Graph RandomGraph(unsigned seed, int nodes) {
  std::mt19937 random(seed);
  ir::GraphBuilder builder;
  builder.SetName("random");
  std::vector<ir::ValueId> values = {builder.AddInput("x", kVector), builder.AddInput("y", kVector)};
  const std::vector<std::string> scopes = {"", "a/", "a/b/", "a/c/d/", "e/", "e/f/"};
  const auto any = [&] { return values[values.size() - 1 - random() % std::min<std::size_t>(values.size(), 12)]; };
  for (int i = 0; i < nodes; ++i) {
    const std::string name = scopes[random() % scopes.size()] + "n" + std::to_string(i);
    values.push_back(random() % 3 == 0 ? builder.AddOne(name, testing::SmallRelu(), {any()})
                                       : builder.AddOne(name, testing::SmallAdd(), {any(), any()}));
  }
  builder.AddOutput("last", values.back());
  builder.AddOutput("x again", values.front());
  return std::move(builder).Build();
}

}  // namespace stepwell::view
