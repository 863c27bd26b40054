#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Names in a model are bytes that somebody else chose. They pass through ValidText() once, when the scene is made, and
// through the escape of their format where they are written.
namespace stepwell::view {

// The text as valid UTF-8 without control characters: what is none becomes U+FFFD. Overlong forms, surrogates and the
// controls of writing direction, which make a name look like another one, are replaced, too.
std::string ValidText(std::string_view text);

// At most `most` code points of a valid text, with "…" in place of what is left out of its middle.
std::string Shortened(const std::string& text, std::size_t most);
std::size_t CodePoints(std::string_view valid_text);

std::string XmlEscaped(std::string_view valid_text);  // for text and for attributes in quotes
std::string DotEscaped(std::string_view valid_text);  // for the inside of a quoted label of Graphviz

}  // namespace stepwell::view
