#include "stepwell/converter/source/table_reader.h"

#include <fmt/format.h>
#include <snappy.h>

#include <algorithm>
#include <cstring>

#include "stepwell/base/error.h"
#include "stepwell/converter/source/checksum.h"
#include "stepwell/converter/source/table_block.h"

namespace stepwell::converter {
namespace {

constexpr std::size_t kFooterBytes = 48;
constexpr std::uint64_t kMagic = 0xdb4775248b80fb57;

enum class Compression : std::uint8_t { kNone = 0, kSnappy = 1 };

// The block with its trailer.
SharedBytes SealedBlock(const SharedBytes& file, const BlockPlace& place, std::size_t limit) {
  const bool fits = place.offset <= limit && place.bytes <= limit - place.offset &&
                    kBlockTrailerBytes <= limit - place.offset - place.bytes;
  if (!fits) {
    throw Error(ErrorKind::kInvalidModel,
                fmt::format("a block of the table, {} bytes at {}, does not lie before byte {}", place.bytes,
                            place.offset, limit));
  }
  return file.Slice(place.offset, place.bytes + kBlockTrailerBytes);
}

SharedBytes ContentsOf(const SharedBytes& sealed) { return sealed.Slice(0, sealed.size() - kBlockTrailerBytes); }

Compression CompressionOf(const SharedBytes& sealed) {
  const auto number = static_cast<int>(sealed.data()[sealed.size() - kBlockTrailerBytes]);
  if (number > static_cast<int>(Compression::kSnappy)) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("a block of the table is compressed in the unknown way {}", number));
  }
  return static_cast<Compression>(number);
}

void VerifyBlock(const SharedBytes& sealed) {
  std::uint32_t expected = 0;
  const std::size_t covered = sealed.size() - sizeof(expected);
  std::memcpy(&expected, sealed.data() + covered, sizeof(expected));
  VerifyMaskedCrc(sealed.Slice(0, covered), expected, "a block of the table");
}

SharedBytes Expanded(const SharedBytes& compressed) {
  // The densest form of the format is a copy of 64 bytes in 3, so a larger claim is a false one.
  constexpr std::size_t kMostRatio = 22;
  const auto* const text = reinterpret_cast<const char*>(compressed.data());
  std::size_t size = 0;
  const bool plausible =
      snappy::GetUncompressedLength(text, compressed.size(), &size) && size / kMostRatio <= compressed.size();
  Require(plausible, ErrorKind::kInvalidModel, "a compressed block of the table announces an impossible size");
  AlignedBuffer buffer(size);
  const bool expanded = snappy::RawUncompress(text, compressed.size(), reinterpret_cast<char*>(buffer.data()));
  Require(expanded, ErrorKind::kInvalidModel, "a compressed block of the table cannot be expanded");
  return SharedBytes::Own(std::move(buffer));
}

// Where the index is: behind the place of another, unused index in the footer.
BlockPlace IndexPlace(const SharedBytes& file) {
  if (!Table::IsTable(file)) {
    throw Error(ErrorKind::kInvalidModel,
                "it does not end as a table of variables does: it is another kind of file, or cut short");
  }
  const SharedBytes footer = file.Slice(file.size() - kFooterBytes, kFooterBytes);
  std::size_t position = 0;
  ParseBlockPlace(footer, position);
  return ParseBlockPlace(footer, position);
}

bool KeyBefore(const Table::Entry& entry, std::string_view key) { return entry.key < key; }

}  // namespace

bool Table::IsTable(const SharedBytes& file) {
  if (file.size() < kFooterBytes) return false;
  std::uint64_t magic = 0;
  std::memcpy(&magic, file.data() + file.size() - sizeof(magic), sizeof(magic));
  return magic == kMagic;
}

Table::Table(const SharedBytes& file, Checksums checksums) : checksums_(checksums) {
  const BlockPlace place = IndexPlace(file);
  const SharedBytes sealed = SealedBlock(file, place, file.size() - kFooterBytes);
  if (checksums == Checksums::kVerify) VerifyBlock(sealed);
  const SharedBytes contents = ContentsOf(sealed);
  BlockWalk index(CompressionOf(sealed) == Compression::kNone ? contents : Expanded(contents));
  const SharedBytes before_index = file.Slice(0, place.offset);
  while (index.Next()) AddBlock(before_index, index.value());
}

void Table::AddBlock(const SharedBytes& blocks, const SharedBytes& handle) {
  std::size_t position = 0;
  const BlockPlace place = ParseBlockPlace(handle, position);
  Require(place.offset >= blocks_end_, ErrorKind::kInvalidModel, "the blocks of the table overlap");
  Block block;
  block.sealed = SealedBlock(blocks, place, blocks.size());
  blocks_end_ = place.offset + block.sealed.size();
  SharedBytes contents = ContentsOf(block.sealed);
  if (CompressionOf(block.sealed) == Compression::kSnappy) {
    Check(block);
    contents = Expanded(contents);
  }
  AddEntries(std::move(contents), blocks.size());
  blocks_.push_back(std::move(block));
}

void Table::AddEntries(SharedBytes contents, std::size_t table_bytes) {
  // Keys that share their beginning take less room in the file than in memory, but honest ones not so much less.
  constexpr std::size_t kMostRatio = 64;
  for (BlockWalk walk(std::move(contents)); walk.Next();) {
    const bool ascending = entries_.empty() || entries_.back().key < walk.key();
    Require(ascending, ErrorKind::kInvalidModel, "the keys of the table are out of order");
    key_bytes_ += walk.key().size();
    Require(key_bytes_ / kMostRatio <= table_bytes, ErrorKind::kInvalidModel,
            "the keys of the table are larger than it");
    entries_.push_back({walk.key(), walk.value(), blocks_.size()});
  }
}

void Table::Check(const Block& block) const {
  if (checksums_ == Checksums::kSkip || block.checked->load()) return;
  VerifyBlock(block.sealed);
  block.checked->store(true);
}

const Table::Entry* Table::FindEntry(std::string_view key) const {
  const auto it = std::lower_bound(entries_.begin(), entries_.end(), key, KeyBefore);
  return it != entries_.end() && it->key == key ? &*it : nullptr;
}

const SharedBytes& Table::Read(const Entry& entry) const {
  Check(blocks_[entry.block]);
  return entry.value;
}

}  // namespace stepwell::converter
