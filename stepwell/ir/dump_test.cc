#include "stepwell/ir/dump.h"

#include <gtest/gtest.h>

#include "stepwell/ir/builder.h"
#include "tests/support/small_ops.h"

namespace stepwell::ir {
namespace {

TEST(Dump, ShowsEveryEntryOfAGraph) {
  GraphBuilder body;
  const ValueId slice = body.AddInput("slice", {DType::kF32, {1, 3}});
  body.AddOutput("y", body.AddOne("relu", testing::SmallRelu(), {slice}));
  testing::SmallLoop loop;
  loop.body = std::make_shared<const Graph>(std::move(body).Build());
  loop.input_map = {{2, 0, SubgraphOp::Slicing{.axis = 0}}};
  loop.output_map = {{0, 0, SubgraphOp::Slicing{.axis = 0}}};
  GraphBuilder builder;
  const ValueId x = builder.AddInput("x", {DType::kF32, {kDynamic, 3}}, Shape{4, 3}, {});
  const ValueId trips = builder.AddInt("trips", 4);
  const ValueId half = builder.AddFloat("half", 0.5F);
  const ValueId sum = builder.AddOne("sum", testing::SmallAdd(), {x, half});
  const ValueId all = builder.AddOne("loop", loop, {trips, trips, sum});
  builder.AddOutput("all", all);
  builder.AddState({"s", "x", "all", std::nullopt, "an edge"});
  EXPECT_EQ(Dump(std::move(builder).Build()),
            "%0 = input 'x' : f32[?,3], by default [4,3]\n"
            "%1 = Const() {4} : i64[] 'trips'\n"
            "%2 = Const() {0.5} : f32[] 'half'\n"
            "%3 = Add(%0, %2) {auto_broadcast=numpy} : f32[?,3] 'sum'\n"
            "%4 = Loop(%1, %1, %3) : f32[?,3] 'loop'\n"
            "  input 2 -> body input 0 axis 0 from 0 to -1 by 1, 1 each\n"
            "  body output 0 -> output 0 axis 0 from 0 to -1 by 1, 1 each\n"
            "  %0 = input 'slice' : f32[1,3], by default [1,3]\n"
            "  %1 = ReLU(%0) : f32[1,3] 'relu'\n"
            "  output 'y' = %1\n"
            "output 'all' = %4\n"
            "state 's': output 'all' -> input 'x', from zeros\n");
}

}  // namespace
}  // namespace stepwell::ir
