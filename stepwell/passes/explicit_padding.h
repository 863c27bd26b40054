#pragma once

#include <optional>

#include "stepwell/ops/conv/window.h"
#include "stepwell/passes/matcher.h"

namespace stepwell::passes {

// Zero padding in front of a window over [batch, channels, height, width], perhaps with a Transpose in between.
struct ExplicitPadding {
  ir::ValueId data;                     // what is padded
  const ir::Node* transpose = nullptr;  // between the padding and the window; null where there is none
  ops::conv::Window window;             // the window with those pads
};

// What pads input 0 of `node`; nothing where the window could not do it itself.
std::optional<ExplicitPadding> FindExplicitPadding(const Matcher& matcher, const ir::Node& node,
                                                   const ops::conv::Window& window);

}  // namespace stepwell::passes
