#pragma once

#include <map>
#include <string>
#include <string_view>

#include "stepwell/view/scene.h"

namespace stepwell::view {

// Where a call's time goes, as `stepwell bench --per-op --json` prints it: by node, and by op for files that say no
// more.
class Profile {
 public:
  // Throws Error(kInvalidArgument) where the text is no such JSON.
  static Profile Parse(std::string_view json);

  // Milliseconds a call of an op's node, by its name; where the file names no nodes, the mean of the op's. 0 for what
  // was not run by itself, because it was fused into another node or computed beforehand.
  double MillisecondsOf(const Box& box) const;

 private:
  std::map<std::string, double, std::less<>> by_node_;
  std::map<std::string, double, std::less<>> by_op_;
};

}  // namespace stepwell::view
