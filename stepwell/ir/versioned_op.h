#pragma once

#include <string_view>

namespace stepwell::ir {

// Also a base of ops whose layers mean different things in different opsets: the reader says which one the file names
// ("opset1") before it reads the attributes.
class VersionedOp {
 public:
  virtual ~VersionedOp() = default;
  virtual void SetOpset(std::string_view opset) = 0;
};

}  // namespace stepwell::ir
