#include <fmt/format.h>

#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/clamp.h"
#include "stepwell/ops/elementwise/unary.h"
#include "stepwell/ops/layout/concat.h"
#include "stepwell/ops/layout/split.h"
#include "stepwell/ops/matmul/matmul.h"
#include "stepwell/ops/recurrent/source_cell.h"

namespace stepwell::ops::recurrent {
namespace {

using elementwise::Add;
using elementwise::Multiply;
using elementwise::Sigmoid;
using elementwise::Tanh;

class CellSpeller {
 public:
  CellSpeller(const SourceCell& cell, ir::GraphBuilder& graph, std::string_view prefix)
      : cell_(cell), graph_(graph), prefix_(prefix) {}

  CellResults Spell(const CellArguments& arguments) {
    const std::vector<ir::ValueId> gates = Gates(arguments);
    const auto gate = [&](char letter) { return gates.at(cell_.gate_order.find(letter)); };
    CellResults results;
    results.i = One("i", Sigmoid(), {WithPeephole(gate('i'), 0, arguments.c)});
    results.ci = One("ci", Tanh(), {gate('c')});
    results.f = One("f", Sigmoid(), {WithPeephole(gate('f'), 1, arguments.c)});
    const ir::ValueId kept = One("kept", Multiply(), {*results.f, arguments.c});
    const ir::ValueId added = One("added", Multiply(), {*results.i, *results.ci});
    results.cs = Clipped(One("cs", Add(), {kept, added}));
    results.o = One("o", Sigmoid(), {WithPeephole(gate('o'), 2, results.cs)});
    results.co = One("co", Tanh(), {results.cs});
    results.h = One("h", Multiply(), {*results.o, *results.co});
    return results;
  }

 private:
  std::string Name(std::string_view part) const { return fmt::format("{}{}", prefix_, part); }

  template <class ConcreteOp>
  ir::ValueId One(std::string_view part, ConcreteOp op, std::vector<ir::ValueId> inputs) {
    return graph_.AddOne(Name(part), std::move(op), std::move(inputs));
  }

  // The sums before the activations, [B, N] each, in the source's order.
  std::vector<ir::ValueId> Gates(const CellArguments& arguments) {
    const ir::ValueId xh = One("xh", layout::Concat(1), {arguments.x, arguments.h});
    const ir::ValueId kernel = graph_.AddConstant(Name("kernel"), cell_.kernel);
    const ir::ValueId sums = One("sums", matmul::MatMul(), {xh, kernel});
    const ir::ValueId gates = One("gates", Add(), {sums, graph_.AddConstant(Name("bias"), Bias())});
    return graph_.Add(Name("split"), std::make_shared<const layout::Split>(4), {gates, graph_.AddInt(Name("axis"), 1)});
  }

  ir::ConstantData Bias() const {
    if (cell_.forget_bias == 0) return cell_.bias;
    std::vector<float> bias = cell_.bias.Copy<float>();
    const std::size_t first = cell_.gate_order.find('f') * AsSize(cell_.cells);
    for (std::size_t n = 0; n < AsSize(cell_.cells); ++n) bias[first + n] += cell_.forget_bias;
    return ir::ConstantData::Of(Tensor::Of<float>(cell_.bias.type.shape, bias));
  }

  ir::ValueId WithPeephole(ir::ValueId gate, std::size_t peephole, ir::ValueId c) {
    if (cell_.peepholes.empty()) return gate;
    const ir::ValueId weights = graph_.AddConstant(Name("peephole"), cell_.peepholes.at(peephole));
    return One("peeped", Add(), {gate, One("peep", Multiply(), {weights, c})});
  }

  ir::ValueId Clipped(ir::ValueId c) {
    if (cell_.cell_clip == 0) return c;
    elementwise::Clamp clamp;
    clamp.low = -cell_.cell_clip;
    clamp.high = cell_.cell_clip;
    return One("clipped", clamp, {c});
  }

  const SourceCell& cell_;
  ir::GraphBuilder& graph_;
  std::string_view prefix_;
};

}  // namespace

CellResults AddSpelledCell(const SourceCell& cell, const CellArguments& arguments, ir::GraphBuilder& graph,
                           std::string_view prefix) {
  return CellSpeller(cell, graph, prefix).Spell(arguments);
}

}  // namespace stepwell::ops::recurrent
