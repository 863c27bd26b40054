#include "stepwell/ops/control/loops.h"
#include "stepwell/ops/elementwise/binary.h"
#include "stepwell/ops/elementwise/select.h"
#include "stepwell/ops/layout/range.h"
#include "stepwell/ops/layout/shape_of.h"
#include "stepwell/ops/layout/squeeze.h"
#include "stepwell/ops/recurrent/recurrent_imports.h"
#include "stepwell/ops/recurrent/used_results.h"
#include "stepwell/ops/select/gather.h"

namespace stepwell::ops::recurrent {
namespace {

constexpr int kSeqLenMax = 0;
constexpr int kX = 1;
constexpr int kCsPrev = 2;
constexpr int kHPrev = 3;
constexpr SourceCellInputs kCellInputs{.x = kX, .c = kCsPrev, .kernel = 4, .peepholes = 5, .bias = 8};

// The loop and which of TensorFlow's outputs each of its outputs is.
struct LoopParts {
  control::TensorIterator op;
  std::vector<int> results;
};

// Adds the results that something reads, as [1, B, N], to the body, and their frames to the loop's outputs.
void AddFrames(const ImportSite& site, const CellResults& results, ir::GraphBuilder& body, LoopParts& parts) {
  const auto in_order = InOrder(results);
  for (int i = 0; i < static_cast<int>(kNumResults); ++i) {
    if (!in_order[AsSize(i)] || !(i == kCs || i == kH || site.node.IsOutputUsed(i))) continue;
    const ir::ValueId axes = body.AddInts("frame/axes", {0});
    const ir::ValueId frame = body.AddOne("frame", layout::Unsqueeze(), {*in_order[AsSize(i)], axes});
    parts.op.output_map.push_back({.external_port = static_cast<std::int64_t>(parts.results.size()),
                                   .body_output = static_cast<std::int64_t>(body.graph().outputs().size()),
                                   .slicing = ir::SubgraphOp::Slicing{}});
    body.AddOutput("frame_" + std::to_string(i), frame);
    parts.results.push_back(i);
  }
}

// One frame: x [1, B, I], c and h [B, N] -> c and h [B, N] for the next one, and the results.
LoopParts MakeLoop(const ImportSite& site) {
  const SourceCell cell = ReadSourceCell(site, kCellInputs);
  const auto add_cell = FitsLstmCell(cell) && ReadsOnlyStates(site) ? AddLstmCell : AddSpelledCell;
  TensorType frame = site.type(kX);
  frame.shape[0] = 1;
  ir::GraphBuilder body;
  const ir::ValueId x = body.AddInput("x", frame);
  const ir::ValueId c = body.AddInput("c", site.type(kCsPrev));
  const ir::ValueId h = body.AddInput("h", site.type(kHPrev));
  const ir::ValueId row = body.AddOne("row", layout::Squeeze(), {x, body.AddInts("row/axes", {0})});
  const CellResults results = add_cell(cell, {.x = row, .c = c, .h = h}, body, "");
  body.AddOutput("next_c", results.cs);
  body.AddOutput("next_h", results.h);
  LoopParts parts;
  AddFrames(site, results, body, parts);
  parts.op.input_map = {{.external_port = 0, .body_input = 0, .slicing = ir::SubgraphOp::Slicing{}},
                        {.external_port = 1, .body_input = 1, .slicing = {}},
                        {.external_port = 2, .body_input = 2, .slicing = {}}};
  parts.op.back_edges = {{.body_output = 0, .body_input = 1}, {.body_output = 1, .body_input = 2}};
  parts.op.body = std::make_shared<const ir::Graph>(std::move(body).Build());
  return parts;
}

// Whether seq_len_max is known to leave no frame out.
bool RunsAllFrames(const ImportSite& site) {
  const ir::ConstantData* constant = site.graph.constant(site.input(kSeqLenMax));
  const auto length = constant == nullptr ? std::nullopt : constant->Ints();
  const Dim frames = site.type(kX).shape[0];
  return length && length->size() == 1 && frames != kDynamic && (*length)[0] >= frames;
}

// [T, 1, 1]: which frames lie before seq_len_max.
ir::ValueId FramesThatRun(const ImportSite& site) {
  const DType type = site.type(kSeqLenMax).dtype;
  const ir::ValueId extents = site.Add("extents", layout::ShapeOf(type), {site.input(kX)});
  const ir::ValueId frames =
      site.Add("frames", select::Gather(), {extents, site.Int("frames/index", 0), site.Int("frames/axis", 0)});
  const auto scalar = [&](std::string_view suffix, std::int64_t value) {
    if (type == DType::kI64) return site.Int(suffix, value);
    const auto narrow = static_cast<std::int32_t>(value);
    return site.graph.AddConstant(site.Name(suffix), ir::ConstantData::Of(Tensor::Of({}, std::span(&narrow, 1))));
  };
  const ir::ValueId numbers =
      site.Add("numbers", layout::Range(type), {scalar("numbers/start", 0), frames, scalar("numbers/step", 1)});
  const ir::ValueId runs = site.Add("runs", elementwise::Less(), {numbers, site.input(kSeqLenMax)});
  return site.Add("runs/frames", layout::Unsqueeze(), {runs, site.Ints("runs/axes", {1, 2})});
}

}  // namespace

std::vector<ir::ValueId> ImportBlockLstm(const ImportSite& site) {
  if (site.type(kX).shape.rank() != 3) {
    throw Error(ErrorKind::kInvalidModel,
                "x of a BlockLSTM must be [frames, batch, inputs] and is " + ToText(site.type(kX)));
  }
  LoopParts parts = MakeLoop(site);
  std::vector<ir::ValueId> frames =
      site.graph.Add(site.Name(), std::make_shared<const control::TensorIterator>(std::move(parts.op)),
                     {site.input(kX), site.input(kCsPrev), site.input(kHPrev)});
  if (!RunsAllFrames(site)) {
    const ir::ValueId runs = FramesThatRun(site);
    const ir::ValueId zero = site.Float("zero", 0);
    for (ir::ValueId& value : frames) value = site.Add("masked", elementwise::Select(), {runs, value, zero});
  }
  std::vector<ir::ValueId> outputs(kNumResults, frames.back());  // nothing reads those that are not made
  for (std::size_t i = 0; i < frames.size(); ++i) outputs[AsSize(parts.results[i])] = frames[i];
  return outputs;
}

}  // namespace stepwell::ops::recurrent
