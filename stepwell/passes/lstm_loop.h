#pragma once

#include <optional>
#include <vector>

#include "stepwell/passes/loop_padding.h"
#include "stepwell/passes/lstm_pattern.h"
#include "stepwell/passes/row_mask.h"

namespace stepwell::passes {

// A TensorIterator or Loop that runs one LSTM step over the slices of one input, first to last or last to first, and
// feeds h and c back, maybe only for rows that have not ended.
struct LstmLoop {
  // How slices lie in a tensor: one behind the other, or one in each row.
  struct Slices {
    kernels::SequenceOrder order = kernels::SequenceOrder::kFramesFirst;
    bool backward = false;  // the first iteration takes the last one
  };
  // What an output of the node is.
  struct Result {
    enum class Of : std::uint8_t { kH, kC } of = Of::kH;
    // What stands in for rows that have ended.
    enum class Ended : std::uint8_t { kRunsOn, kZero, kHolds, kTaken } ended = Ended::kRunsOn;
    std::optional<Slices> frames;  // none: the value of the last iteration
    // Of kTaken: the node's input that stands where a row's last frame is not among those run.
    std::size_t initial = 0;
  };

  ir::Graph body;    // with the types that the node's inputs give it
  LstmPattern step;  // in the body
  Slices slices;     // of x
  Dim frames = 0;
  std::size_t x = 0;  // places among the node's inputs
  std::size_t h = 0;
  std::size_t c = 0;
  std::optional<RowMask> mask;  // where rows end, in results that ask for it
  // What the next iteration takes for the states of rows that have ended.
  Result::Ended states = Result::Ended::kRunsOn;
  // The number of iterations, where only a run tells it: results of all frames are filled up with zeros.
  std::optional<ir::ValueId> trips;
  std::vector<LoopPadding> paddings;           // the nodes that fill them up
  std::vector<std::optional<Result>> results;  // by output of the node; nothing for some that are not used
};

// `node` belongs to the matcher's graph. Nothing when it is no such loop.
std::optional<LstmLoop> MatchLstmLoop(const Matcher& matcher, const ir::Node& node);

}  // namespace stepwell::passes
