#include "stepwell/converter/source/checksum.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/crc32c.h"
#include "stepwell/base/error.h"

namespace stepwell::converter {
namespace {

constexpr std::size_t kStep = std::size_t{8} << 20;  // resident at a time

}  // namespace

void VerifyMaskedCrc(const SharedBytes& bytes, std::uint32_t expected, std::string_view what) {
  std::uint32_t crc = 0;
  for (std::size_t begin = 0; begin < bytes.size(); begin += kStep) {
    const SharedBytes part = bytes.Slice(begin, std::min(kStep, bytes.size() - begin));
    crc = Crc32c(part.span(), crc);
    part.ReleasePages();
  }
  if (MaskedCrc(crc) == expected) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("{} is damaged: its checksum is {:08x}, {:08x} is stored", what, MaskedCrc(crc), expected));
}

}  // namespace stepwell::converter
