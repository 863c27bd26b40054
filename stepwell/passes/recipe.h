#pragma once

#include <string_view>

#include "stepwell/base/lazy_bytes.h"

namespace stepwell::passes {

// Takes down what computed bytes are made of.
class Recipe {
 public:
  virtual ~Recipe() = default;
  virtual void AddText(std::string_view text) = 0;  // what is done, with all its numbers
  virtual void AddBytes(const LazyBytes& bytes) = 0;
};

// A ByteSource may be one, too.
class HasRecipe {
 public:
  virtual ~HasRecipe() = default;
  // Sources that tell the same make the same bytes, in every process. False, and nothing told: that is not known.
  virtual bool Tell(Recipe& recipe) const = 0;
};

}  // namespace stepwell::passes
