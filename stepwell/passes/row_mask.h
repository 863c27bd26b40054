#pragma once

#include <cstdint>
#include <optional>

#include "stepwell/passes/loop_body.h"

namespace stepwell::passes {

// Which rows of a batch still run at an iteration of a loop: row b runs at iteration i while i < lengths[b] + offset.
struct RowMask {
  std::size_t lengths = 0;  // which of the node's inputs: an integer a row
  std::int64_t offset = 0;

  friend bool operator==(const RowMask&, const RowMask&) = default;
};

// A Select between what running rows have and what the others have.
struct MaskedValue {
  ir::ValueId running;
  ir::ValueId ended;
  RowMask mask;
};

// The value seen through views, when it is a Select [rows, width] whose condition compares the number of the iteration
// with lengths that stay the same, however it is spelled.
std::optional<MaskedValue> MatchMasked(const LoopBody& body, ir::ValueId value);

// The same of a Select whose condition holds at the last iteration at which a row runs: `running` is what is taken
// then, `ended` what is there at all others.
std::optional<MaskedValue> MatchTakenAtEnd(const LoopBody& body, ir::ValueId value);

}  // namespace stepwell::passes
