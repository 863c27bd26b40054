#include "stepwell/passes/recognise_formulas.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "stepwell/ir/builder.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/reduce/reduce.h"
#include "stepwell/passes/evaluate.h"
#include "tests/support/random_tensor.h"

namespace stepwell::passes {
namespace {

using ir::ValueId;
using ops::elementwise::Add;
using ops::elementwise::Divide;
using ops::elementwise::Erf;
using ops::elementwise::Multiply;
using ops::elementwise::Negative;
using ops::elementwise::Power;
using ops::elementwise::Sqrt;
using ops::elementwise::SquaredDifference;
using ops::elementwise::Subtract;
using ops::elementwise::Tanh;
using ::testing::ElementsAre;

std::vector<std::string> ComputingOps(const ir::Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Node& node : graph.nodes()) {
    if (!node.inputs.empty()) names.emplace_back(node.op->name());
  }
  return names;
}

// Writes formulas over x + 0, so that x is itself computed by an op that formulas look into; the operands of sums and
// products come in an order of chance.
class Formula {
 public:
  explicit Formula(unsigned seed = 1, const Shape& shape = {2, 3, 8}) : random_(seed), shape_(shape) {
    const ValueId given = builder_.AddInput("x", {DType::kF32, shape});
    x_ = builder_.AddOne("residual", Add(), {given, builder_.AddInput("r", {DType::kF32, shape})});
  }

  ValueId x() const { return x_; }
  ValueId Number(double value) { return builder_.AddFloat("number", static_cast<float>(value)); }
  ValueId Row(double around) {
    Tensor row = testing::RandomFloats(random_, {shape_[shape_.rank() - 1]}, around - 0.5, around + 0.5);
    return builder_.AddConstant("row", ir::ConstantData::Of(std::move(row)));
  }
  template <class Op>
  ValueId Unary(ValueId value) {
    return builder_.AddOne("unary", Op(), {value});
  }
  template <class Op>
  ValueId Ordered(ValueId a, ValueId b) {
    return builder_.AddOne("binary", Op(), {a, b});
  }
  ValueId Sum(ValueId a, ValueId b) { return Shuffled<Add>(a, b); }
  ValueId Product(ValueId a, ValueId b) { return Shuffled<Multiply>(a, b); }
  ValueId Mean(ValueId value, std::int64_t axis = -1) {
    ops::reduce::ReduceMean mean;
    mean.keep_dims = true;
    return builder_.AddOne("mean", mean, {value, builder_.AddInts("axes", {axis})});
  }

  void Give(ValueId value) { builder_.AddOutput(fmt::format("y{}", value.index), value); }
  ir::Graph Build(ValueId value) {
    Give(value);
    return std::move(builder_).Build();
  }

 private:
  template <class Op>
  ValueId Shuffled(ValueId a, ValueId b) {
    return testing::RandomInt(random_, 0, 1) == 0 ? Ordered<Op>(a, b) : Ordered<Op>(b, a);
  }

  testing::Random random_;
  Shape shape_;
  ir::GraphBuilder builder_;
  ValueId x_;
};

void ExpectSameResults(const ir::Graph& graph, const ir::Graph& recognised) {
  testing::Random random(7);
  const Shape& shape = graph.value(graph.inputs()[0].value).type.shape;
  const Tensor x = testing::RandomFloats(random, shape), r = testing::RandomFloats(random, shape);
  const auto expected = Evaluate(graph, {{x.view(), r.view()}}, ops::KernelSet::kReference);
  for (const ops::KernelSet set : {ops::KernelSet::kReference, ops::KernelSet::kFast}) {
    const auto actual = Evaluate(recognised, {{x.view(), r.view()}}, set);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_THAT(actual[i].as<float>(), ::testing::Pointwise(::testing::FloatNear(4e-6F), expected[i].as<float>()));
    }
  }
}

// sqrt(2 / pi) * (x + 0.044715 x^3), in one of five spellings.
ValueId TanhArgument(Formula& f, int spelling) {
  const double root = std::sqrt(2 / M_PI);
  const ValueId x = f.x();
  const ValueId cube = spelling % 2 == 0 ? f.Ordered<Power>(x, f.Number(3)) : f.Product(x, f.Product(x, x));
  if (spelling < 2) return f.Product(f.Number(root), f.Sum(x, f.Product(f.Number(0.044715), cube)));
  if (spelling < 4) return f.Sum(f.Product(x, f.Number(root)), f.Product(f.Number(root * 0.044715), cube));
  const ValueId factor = f.Sum(f.Number(1), f.Product(f.Number(0.044715), f.Product(x, x)));
  return f.Product(f.Product(x, factor), f.Number(root));
}

// x / 2 * (1 + function), in one of five spellings.
ValueId Gated(Formula& f, ValueId function, int spelling) {
  const ValueId x = f.x();
  const ValueId sum = f.Sum(f.Number(1), function);
  if (spelling == 0) return f.Product(x, f.Product(f.Number(0.5), sum));
  if (spelling == 1) return f.Product(f.Product(f.Number(0.5), x), sum);
  if (spelling == 2) return f.Ordered<Divide>(f.Product(x, sum), f.Number(2));
  const ValueId half = f.Product(x, f.Number(0.5));
  if (spelling == 3) return f.Sum(half, f.Product(function, half));
  return f.Product(x, f.Sum(f.Number(0.5), f.Product(function, f.Number(0.5))));
}

TEST(RecogniseFormulas, FindsGeluByTanhHoweverItIsWritten) {
  for (int spelling = 0; spelling < 25; ++spelling) {
    Formula f(static_cast<unsigned>(spelling));
    const ir::Graph graph = f.Build(Gated(f, f.Unary<Tanh>(TanhArgument(f, spelling % 5)), spelling / 5));
    const ir::Graph recognised = RecogniseFormulas(graph);
    EXPECT_THAT(ComputingOps(recognised), ElementsAre("Add", "Gelu")) << spelling;
    ExpectSameResults(graph, recognised);
  }
}

TEST(RecogniseFormulas, FindsGeluByErfHoweverItIsWritten) {
  for (int spelling = 0; spelling < 15; ++spelling) {
    Formula f(static_cast<unsigned>(spelling));
    ValueId argument = f.Product(f.x(), f.Number(M_SQRT1_2));
    if (spelling % 3 == 1) argument = f.Ordered<Divide>(f.x(), f.Number(M_SQRT2));
    // erf(-x) = -erf(x)
    ValueId function = f.Unary<Erf>(spelling % 3 == 2 ? f.Unary<Negative>(argument) : argument);
    if (spelling % 3 == 2) function = f.Unary<Negative>(function);
    const ir::Graph graph = f.Build(Gated(f, function, spelling / 3));
    const ir::Graph recognised = RecogniseFormulas(graph);
    EXPECT_THAT(ComputingOps(recognised), ElementsAre("Add", "Gelu")) << spelling;
    ExpectSameResults(graph, recognised);
  }
}

TEST(RecogniseFormulas, LeavesFormulasAloneThatAreNearlyGelu) {
  for (int fault = 0; fault < 4; ++fault) {
    Formula f;
    const ValueId x = f.x(), cube = f.Ordered<Power>(x, f.Number(fault == 0 ? 2 : 3));
    const ValueId sum = f.Sum(x, f.Product(f.Number(fault == 1 ? 0.0447 : 0.044715), cube));
    const ValueId tanh = f.Unary<Tanh>(f.Product(f.Number(std::sqrt(2 / M_PI)), sum));
    const ValueId half = f.Product(f.Number(fault == 2 ? 1 : 0.5), f.Sum(f.Number(1), tanh));
    const ir::Graph graph = f.Build(f.Product(fault == 3 ? f.Row(1) : x, half));
    EXPECT_THAT(ComputingOps(RecogniseFormulas(graph)), ::testing::Not(::testing::Contains("Gelu"))) << fault;
  }
}

TEST(RecogniseFormulas, LeavesWhatIsNeededItselfAndStillFindsGelu) {
  Formula f;
  const ValueId tanh = f.Unary<Tanh>(TanhArgument(f, 0));
  f.Give(tanh);
  const ir::Graph graph = f.Build(Gated(f, tanh, 0));
  const ir::Graph recognised = RecogniseFormulas(graph);
  EXPECT_THAT(ComputingOps(recognised), ::testing::IsSupersetOf({"Tanh", "Gelu"}));
  ExpectSameResults(graph, recognised);
}

struct Variance {
  ValueId mean;
  ValueId of;
};

Variance VarianceOf(Formula& f, int spelling, std::int64_t axis = -1) {
  const ValueId mean = f.Mean(f.x(), axis);
  const ValueId difference = f.Ordered<Subtract>(f.x(), mean);
  if (spelling == 0) return {mean, f.Mean(f.Ordered<SquaredDifference>(mean, f.x()), axis)};
  if (spelling == 1) return {mean, f.Mean(f.Product(difference, difference), axis)};
  return {mean, f.Mean(f.Ordered<Power>(difference, f.Number(2)), axis)};
}

// TensorFlow's batch_normalization: x * s + (beta - mean * s) with s = gamma / sqrt(variance + eps).
ir::Graph TensorFlowNormalization(Formula& f, int spelling) {
  const Variance variance = VarianceOf(f, spelling % 3);
  const ValueId inverse = f.Ordered<Power>(f.Sum(variance.of, f.Number(1e-3)), f.Number(-0.5));
  const ValueId scale = f.Product(inverse, f.Row(1));
  const ValueId shift = f.Ordered<Subtract>(f.Row(0), f.Product(variance.mean, scale));
  return f.Build(f.Sum(f.Product(f.x(), scale), shift));
}

TEST(RecogniseFormulas, FindsNormalizationAsTensorFlowSpellsIt) {
  for (int spelling = 0; spelling < 12; ++spelling) {
    Formula f(static_cast<unsigned>(spelling));
    const ir::Graph graph = TensorFlowNormalization(f, spelling);
    const ir::Graph recognised = RecogniseFormulas(graph);
    EXPECT_THAT(ComputingOps(recognised), ElementsAre("Add", "MVN", "Multiply", "Add")) << spelling;
    ExpectSameResults(graph, recognised);
  }
}

TEST(RecogniseFormulas, FindsNormalizationWithoutShiftOrScale) {
  for (int spelling = 0; spelling < 4; ++spelling) {
    Formula f(static_cast<unsigned>(spelling));
    const Variance variance = VarianceOf(f, 0);
    const ValueId inverse = f.Ordered<Power>(f.Sum(variance.of, f.Number(1e-3)), f.Number(-0.5));
    const ValueId scale = spelling < 2 ? inverse : f.Product(inverse, f.Row(1));
    const ValueId of_x = f.Product(f.x(), scale), of_mean = f.Product(variance.mean, scale);
    const ir::Graph graph =
        f.Build(spelling % 2 == 0 ? f.Ordered<Subtract>(of_x, of_mean) : f.Sum(of_x, f.Unary<Negative>(of_mean)));
    const ir::Graph recognised = RecogniseFormulas(graph);
    EXPECT_EQ(ComputingOps(recognised).size(), spelling < 2 ? 2U : 3U) << spelling;
    ExpectSameResults(graph, recognised);
  }
}

TEST(RecogniseFormulas, FindsPlainNormalizationByAQuotient) {
  for (int spelling = 0; spelling < 12; ++spelling) {
    Formula f(static_cast<unsigned>(spelling));
    const Variance variance = VarianceOf(f, spelling % 3);
    const bool outside = spelling % 2 == 1;
    const ValueId root = f.Unary<Sqrt>(outside ? variance.of : f.Sum(variance.of, f.Number(1e-2)));
    const ValueId deviation = outside ? f.Sum(root, f.Number(1e-2)) : root;
    const ValueId difference = f.Ordered<Subtract>(f.x(), variance.mean);
    const ValueId result = spelling < 6 ? f.Ordered<Divide>(f.Product(difference, f.Row(1)), deviation)
                                        : f.Product(difference, f.Ordered<Divide>(f.Number(1), deviation));
    const ir::Graph graph = f.Build(f.Sum(result, f.Row(0)));
    const ir::Graph recognised = RecogniseFormulas(graph);
    EXPECT_THAT(ComputingOps(recognised), ::testing::Contains("MVN")) << spelling;
    EXPECT_THAT(ComputingOps(recognised), ::testing::Not(::testing::Contains("ReduceMean"))) << spelling;
    ExpectSameResults(graph, recognised);
  }
}

TEST(RecogniseFormulas, LeavesOtherAxesAndOtherDifferencesAlone) {
  Formula inner;
  const Variance variance = VarianceOf(inner, 0, 1);
  const ValueId difference = inner.Ordered<Subtract>(inner.x(), variance.mean);
  const ir::Graph graph = inner.Build(inner.Ordered<Divide>(difference, inner.Unary<Sqrt>(variance.of)));
  EXPECT_THAT(ComputingOps(RecogniseFormulas(graph)), ::testing::Not(::testing::Contains("MVN")));

  Formula other;
  const Variance of_x = VarianceOf(other, 0);
  const ValueId root = other.Unary<Sqrt>(other.Sum(of_x.of, other.Number(1)));
  const ir::Graph no_mean = other.Build(other.Ordered<Divide>(other.x(), root));
  EXPECT_THAT(ComputingOps(RecogniseFormulas(no_mean)), ::testing::Not(::testing::Contains("MVN")));
}

}  // namespace
}  // namespace stepwell::passes
