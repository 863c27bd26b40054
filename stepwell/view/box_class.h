#pragma once

#include <string_view>

#include "stepwell/view/scene.h"

namespace stepwell::view {

// How a box is coloured, in every format: "scope", "body", "input", "output", "state", "weight", and of ops "product"
// (where the time goes), "activation", "shape" (moves elements or computes shapes) and "plain".
std::string_view ClassOf(const Box& box);

}  // namespace stepwell::view
