#include "fuzz/support/seal_table.h"

#include <cstring>

#include "stepwell/base/crc32c.h"
#include "stepwell/base/memory.h"
#include "stepwell/converter/source/table_block.h"

namespace stepwell::fuzz {
namespace {

using converter::BlockPlace;

constexpr std::size_t kFooterBytes = 48;

void SealBlock(std::span<std::byte> file, const BlockPlace& place) {
  std::uint32_t crc = 0;
  constexpr std::size_t kCompressionByte = 1;
  if (place.offset > file.size() || place.bytes > file.size() - place.offset ||
      file.size() - place.offset - place.bytes < kCompressionByte + sizeof(crc)) {
    return;
  }
  const auto covered = file.subspan(place.offset, place.bytes + kCompressionByte);
  crc = MaskedCrc(Crc32c(covered));
  std::memcpy(covered.data() + covered.size(), &crc, sizeof(crc));
}

BlockPlace PlaceIn(const SharedBytes& bytes, std::size_t position = 0) {
  return converter::ParseBlockPlace(bytes, position);
}

}  // namespace

void SealTable(std::span<std::byte> file) try {
  if (file.size() < kFooterBytes) return;
  const SharedBytes copy = SharedBytes::CopyOf(file);
  const SharedBytes footer = copy.Slice(copy.size() - kFooterBytes, kFooterBytes);
  std::size_t position = 0;
  converter::ParseBlockPlace(footer, position);  // of an index that nobody uses
  const BlockPlace index_place = PlaceIn(footer, position);
  converter::BlockWalk index(copy.Slice(index_place.offset, index_place.bytes));
  SealBlock(file, index_place);
  while (index.Next()) SealBlock(file, PlaceIn(index.value()));
} catch (const Error&) {
  // What cannot be found cannot be sealed.
}

}  // namespace stepwell::fuzz
