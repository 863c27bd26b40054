#pragma once

#include <string_view>
#include <utility>

#include "fuzz/support/fuzz_target.h"

namespace stepwell::fuzz {

// Formats of two files lie in one input, parted by these bytes: nothing that a mutation lengthens moves a length.
inline constexpr std::string_view kPartMark{"\n\0STEPWELL-PART\0\n", 17};

// What stands before and behind the last mark; without one, the second file is empty.
inline std::pair<Bytes, Bytes> TwoFiles(Bytes input) {
  const std::size_t mark = AsText(input).rfind(kPartMark);
  if (mark == std::string_view::npos) return {input, {}};
  return {input.first(mark), input.subspan(mark + kPartMark.size())};
}

}  // namespace stepwell::fuzz
