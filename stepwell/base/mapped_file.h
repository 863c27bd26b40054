#pragma once

#include <cstddef>
#include <optional>

namespace stepwell {

// How far from the beginning of its file a byte lies that MapFile mapped (base/memory.h) and that is still mapped;
// nothing for other memory. Any thread may ask.
std::optional<std::size_t> OffsetInMappedFile(const std::byte* byte);

}  // namespace stepwell
