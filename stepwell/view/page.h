#pragma once

#include <string_view>

// Internal.
namespace stepwell::view {

// The page without a model: page/page.html with its style and scripts, joined by embed_page.cmake. "@TITLE@" and
// "@MODEL@" stand for what the writer puts in.
std::string_view PageTemplate();

}  // namespace stepwell::view
