#include "stepwell/base/byte_stream.h"

#include <fmt/format.h>

#include <bit>

#include "stepwell/base/error.h"

namespace stepwell {

static_assert(std::endian::native == std::endian::little, "numbers are streamed as they stand in memory");

void ByteWriter::Append(const void* data, std::size_t size) {
  const auto* begin = static_cast<const std::byte*>(data);
  bytes_.insert(bytes_.end(), begin, begin + size);
}

std::span<const std::byte> ByteReader::Next(std::size_t size) {
  if (size > remaining()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("{} ends too early: {} bytes expected at byte {}, {} are left",
                                                      what_, size, position_, remaining()));
  }
  const std::span<const std::byte> next = bytes_.subspan(position_, size);
  position_ += size;
  return next;
}

std::span<const std::byte> ByteReader::NextArray(std::size_t element_size) {
  const auto count = Read<std::uint64_t>();
  if (count > remaining() / element_size) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("{} ends too early: an array of {} elements of {} bytes announced before byte {}, {} bytes "
                            "are left",
                            what_, count, element_size, position_, remaining()));
  }
  return Next(static_cast<std::size_t>(count) * element_size);
}

namespace {

std::string AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string ByteReader::ReadText() { return AsText(NextArray(1)); }

std::string ByteReader::ReadChars(std::size_t size) { return AsText(Next(size)); }

ByteReader ByteReader::ReadBlock(std::string_view part) {
  return ByteReader(NextArray(1), fmt::format("{} of {}", part, what_));
}

void ByteReader::ExpectEnd() const {
  if (remaining() == 0) return;
  throw Error(ErrorKind::kInvalidModel,
              fmt::format("{} has {} bytes more than expected after byte {}", what_, remaining(), position_));
}

void ByteReader::Require(bool ok, std::string_view problem) const {
  if (!ok) throw Error(ErrorKind::kInvalidModel, fmt::format("{}: {}", what_, problem));
}

}  // namespace stepwell
