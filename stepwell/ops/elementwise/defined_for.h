#pragma once

#include <string>

#include "stepwell/base/dtype.h"
#include "stepwell/base/error.h"

namespace stepwell::ops::elementwise {

// Whether a row of a table of functions has the one that elements of `dtype` need.
template <class Function>
bool IsDefinedFor(const Function& function, DType dtype) {
  if (dtype == DType::kBool) return function.logical != nullptr;
  return IsFloat(dtype) ? function.real != nullptr : function.integer != nullptr;
}

// Throws Error(kInvalidModel) naming the function, what it takes and what was found.
template <class Function>
void RequireDefinedFor(const Function& function, DType dtype) {
  if (IsDefinedFor(function, dtype)) return;
  std::string kinds;
  if (function.real != nullptr) kinds += " floats";
  if (function.integer != nullptr) kinds += kinds.empty() ? " integers" : ", integers";
  if (function.logical != nullptr) kinds += kinds.empty() ? " booleans" : ", booleans";
  throw Error(ErrorKind::kInvalidModel, std::string(function.name) + " takes" + kinds + "; the input is of type " +
                                            std::string(DTypeName(dtype)));
}

}  // namespace stepwell::ops::elementwise
