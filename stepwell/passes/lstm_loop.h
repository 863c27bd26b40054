#pragma once

#include <optional>
#include <vector>

#include "stepwell/passes/loop_padding.h"
#include "stepwell/passes/lstm_pattern.h"

namespace stepwell::passes {

// A TensorIterator or Loop that runs one LSTM step over the slices of one input, first to last, and feeds h and c back.
struct LstmLoop {
  // What an output of the node is.
  struct Result {
    enum class Of : std::uint8_t { kH, kC } of = Of::kH;
    enum class Frames : std::uint8_t { kAll, kLast } frames = Frames::kAll;
  };

  ir::Graph body;    // with the types that the node's inputs give it
  LstmPattern step;  // in the body
  kernels::SequenceOrder order = kernels::SequenceOrder::kFramesFirst;
  std::size_t x = 0;  // places among the node's inputs; x of rank 3
  std::size_t h = 0;
  std::size_t c = 0;
  // The number of iterations, where only a run tells it: results of all frames are filled up with zeros.
  std::optional<ir::ValueId> trips;
  std::vector<LoopPadding> paddings;           // the nodes that fill them up
  std::vector<std::optional<Result>> results;  // by output of the node; nothing for some that are not used
};

// The axis of x and of all results along which the frames follow each other.
inline int FrameAxis(const LstmLoop& loop) { return loop.order == kernels::SequenceOrder::kFramesFirst ? 0 : 1; }

// `node` belongs to the matcher's graph. Nothing when it is no such loop.
std::optional<LstmLoop> MatchLstmLoop(const Matcher& matcher, const ir::Node& node);

}  // namespace stepwell::passes
