#include <array>
#include <utility>
#include <vector>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/clamp.h"
#include "stepwell/ops/elementwise/convert.h"
#include "stepwell/ops/elementwise/select.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/import_rule.h"
#include "stepwell/ops/layout/broadcast.h"
#include "stepwell/ops/layout/shape_of.h"
#include "stepwell/ops/layout/squeeze.h"

namespace stepwell::ops::elementwise {
namespace {

using Values = std::vector<ir::ValueId>;

template <class ConcreteOp>
Values ImportUnary(const ImportSite& site) {
  return {site.Add({}, ConcreteOp(), {site.input(0)})};
}

template <class ConcreteOp>
Values ImportBinary(const ImportSite& site) {
  return {site.Add({}, ConcreteOp(), {site.input(0), site.input(1)})};
}

// A scalar of the type of input 0.
ir::ValueId ScalarLike(const ImportSite& site, std::string_view suffix, float value) {
  const DType dtype = site.type(0).dtype;
  if (dtype == DType::kF32) return site.Float(suffix, value);
  return site.Add(suffix, Convert(dtype), {site.Float("constant", value)});
}

Values ImportIdentity(const ImportSite& site) { return {site.input(0)}; }

// A group of values, each of which stays what it is.
Values ImportIdentityN(const ImportSite& site) { return {site.inputs.begin(), site.inputs.end()}; }

Values ImportSquare(const ImportSite& site) { return {site.Add({}, Multiply(), {site.input(0), site.input(0)})}; }

Values ImportRsqrt(const ImportSite& site) {
  return {site.Add({}, Power(), {site.input(0), ScalarLike(site, "exponent", -0.5F)})};
}

Values ImportReciprocal(const ImportSite& site) {
  return {site.Add({}, Divide(), {ScalarLike(site, "one", 1.0F), site.input(0)})};
}

Values ImportErfc(const ImportSite& site) {
  const ir::ValueId erf = site.Add("erf", Erf(), {site.input(0)});
  return {site.Add({}, Subtract(), {ScalarLike(site, "one", 1.0F), erf})};
}

Values ImportExpm1(const ImportSite& site) {
  const ir::ValueId exp = site.Add("exp", Exp(), {site.input(0)});
  return {site.Add({}, Subtract(), {exp, ScalarLike(site, "one", 1.0F)})};
}

Values ImportLog1p(const ImportSite& site) {
  const ir::ValueId sum = site.Add("sum", Add(), {site.input(0), ScalarLike(site, "one", 1.0F)});
  return {site.Add({}, Log(), {sum})};
}

Values ImportRelu6(const ImportSite& site) {
  Clamp clamp;
  clamp.low = 0;
  clamp.high = 6;
  return {site.Add({}, clamp, {site.input(0)})};
}

// TensorFlow's Div is C's: quotients of integers are rounded toward zero.
Values ImportDiv(const ImportSite& site) {
  Divide divide;
  divide.rounds_down = false;
  return {site.Add({}, divide, {site.input(0), site.input(1)})};
}

Values ImportFloorDiv(const ImportSite& site) {
  if (!IsFloat(site.type(0).dtype)) return ImportBinary<Divide>(site);
  const ir::ValueId quotient = site.Add("quotient", Divide(), {site.input(0), site.input(1)});
  return {site.Add({}, Floor(), {quotient})};
}

Values ImportAddN(const ImportSite& site) {
  ir::ValueId sum = site.input(0);
  const std::size_t last = site.inputs.size() - 1;
  for (std::size_t i = 1; i <= last; ++i) {
    sum = site.Add(i == last ? "" : "partial_sum", Add(), {sum, site.inputs[i]});
  }
  return {sum};
}

Values ImportClipByValue(const ImportSite& site) {
  const ir::ValueId raised = site.Add("raised", Maximum(), {site.input(0), site.input(1)});
  return {site.Add({}, Minimum(), {raised, site.input(2)})};
}

Values ImportCast(const ImportSite& site) {
  const DType destination = site.node.TypeAttr("DstT");
  if (site.type(0).dtype == destination) return {site.input(0)};
  return {site.Add({}, Convert(destination), {site.input(0)})};
}

// The axes first .. last, as a constant.
ir::ValueId AxesFrom(const ImportSite& site, std::string_view suffix, int first, int last) {
  std::vector<std::int64_t> axes;
  for (int axis = first; axis <= last; ++axis) axes.push_back(axis);
  return site.Ints(suffix, axes);
}

// The bias lies along the last axis, or along axis 1 with data_format NCHW.
Values ImportBiasAdd(const ImportSite& site) {
  ir::ValueId bias = site.input(1);
  const Shape& shape = site.type(0).shape;
  if (site.node.StringAttr("data_format", "NHWC") == "NCHW" && shape.rank() != 2) {
    if (!shape.has_rank()) {
      throw Error(ErrorKind::kUnsupported, "the rank of the input of '" + site.Name() + "' (BiasAdd) must be known");
    }
    const ir::ValueId axes = AxesFrom(site, "bias/axes", 1, shape.rank() - 2);
    bias = site.Add("bias", layout::Unsqueeze(), {bias, axes});
  }
  return {site.Add({}, Add(), {site.input(0), bias})};
}

Values ImportSelectV2(const ImportSite& site) {
  return {site.Add({}, Select(), {site.input(0), site.input(1), site.input(2)})};
}

// The older Select broadcasts its condition from the front: a vector chooses among rows.
Values ImportSelect(const ImportSite& site) {
  const Shape& condition = site.type(0).shape;
  const Shape& values = site.type(1).shape;
  if (!condition.has_rank() || !values.has_rank()) {
    throw Error(ErrorKind::kUnsupported, "the ranks of the inputs of '" + site.Name() + "' (Select) must be known");
  }
  if (condition.rank() != 1 || values.rank() <= 1) return ImportSelectV2(site);
  const ir::ValueId axes = AxesFrom(site, "condition/axes", 1, values.rank() - 1);
  const ir::ValueId rows = site.Add("condition", layout::Unsqueeze(), {site.input(0), axes});
  return {site.Add({}, Select(), {rows, site.input(1), site.input(2)})};
}

Values ImportFilledLike(const ImportSite& site, float value) {
  const ir::ValueId shape = site.Add("shape", layout::ShapeOf(), {site.input(0)});
  return {site.Add({}, layout::Broadcast(), {ScalarLike(site, "value", value), shape})};
}

Values ImportZerosLike(const ImportSite& site) { return ImportFilledLike(site, 0); }
Values ImportOnesLike(const ImportSite& site) { return ImportFilledLike(site, 1); }

template <Unary kFunction>
void AppendUnary(std::vector<ImportRule>& rules) {
  constexpr std::string_view kSourceOp = FunctionOf(kFunction).source_op;
  if constexpr (kFunction == Unary::kRoundToEven) {
    rules.push_back({kSourceOp, &ImportUnary<Round>});
  } else if constexpr (!kSourceOp.empty()) {
    rules.push_back({kSourceOp, &ImportUnary<UnaryOp<kFunction>>});
  }
}

template <std::size_t... kIndex>
void AppendUnaries(std::vector<ImportRule>& rules, std::index_sequence<kIndex...>) {
  (AppendUnary<static_cast<Unary>(kIndex)>(rules), ...);
}

template <Binary kFunction>
void AppendBinary(std::vector<ImportRule>& rules) {
  if constexpr (kFunction == Binary::kDivide) {
    rules.push_back({FunctionOf(kFunction).source_ops[0], &ImportBinary<Divide>});
  } else {
    for (const std::string_view source_op : FunctionOf(kFunction).source_ops) {
      if (!source_op.empty()) rules.push_back({source_op, &ImportBinary<BinaryOp<kFunction>>});
    }
  }
}

template <std::size_t... kIndex>
void AppendBinaries(std::vector<ImportRule>& rules, std::index_sequence<kIndex...>) {
  (AppendBinary<static_cast<Binary>(kIndex)>(rules), ...);
}

constexpr std::array kOtherRules = {
    ImportRule{"Identity", &ImportIdentity},
    ImportRule{"StopGradient", &ImportIdentity},
    ImportRule{"PreventGradient", &ImportIdentity},
    ImportRule{"CheckNumerics", &ImportIdentity},
    ImportRule{"EnsureShape", &ImportIdentity},
    ImportRule{"IdentityN", &ImportIdentityN},
    ImportRule{"Snapshot", &ImportIdentity},
    ImportRule{"Square", &ImportSquare},
    ImportRule{"Rsqrt", &ImportRsqrt},
    ImportRule{"Reciprocal", &ImportReciprocal},
    ImportRule{"Inv", &ImportReciprocal},
    ImportRule{"Erfc", &ImportErfc},
    ImportRule{"Expm1", &ImportExpm1},
    ImportRule{"Log1p", &ImportLog1p},
    ImportRule{"Rint", &ImportUnary<Round>},
    ImportRule{"Relu6", &ImportRelu6},
    ImportRule{"Div", &ImportDiv},
    ImportRule{"TruncateDiv", &ImportDiv},
    ImportRule{"FloorDiv", &ImportFloorDiv},
    ImportRule{"AddN", &ImportAddN},
    ImportRule{"ClipByValue", &ImportClipByValue},
    ImportRule{"Cast", &ImportCast},
    ImportRule{"BiasAdd", &ImportBiasAdd},
    ImportRule{"Select", &ImportSelect},
    ImportRule{"SelectV2", &ImportSelectV2},
    ImportRule{"ZerosLike", &ImportZerosLike},
    ImportRule{"OnesLike", &ImportOnesLike},
};

}  // namespace

std::span<const ImportRule> ImportRules() {
  static const std::vector<ImportRule> kRules = [] {
    std::vector<ImportRule> rules(kOtherRules.begin(), kOtherRules.end());
    AppendUnaries(rules, std::make_index_sequence<kNumUnary>());
    AppendBinaries(rules, std::make_index_sequence<kNumBinary>());
    return rules;
  }();
  return kRules;
}

}  // namespace stepwell::ops::elementwise
