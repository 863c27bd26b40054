#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stepwell/base/crc32c.h"

namespace stepwell::converter {

// Writes tables (table_reader.h) for tests, one data block each, sound ones and such as no honest writer would write.
class TableWriter {
 public:
  static std::string Varint(std::uint64_t value) {
    std::string text;
    for (; value > 0x7f; value >>= 7) text += static_cast<char>(0x80 | (value & 0x7f));
    return text + static_cast<char>(value);
  }

  // A block of entries with whole keys.
  static std::string Block(const std::vector<std::pair<std::string, std::string>>& entries) {
    std::string block;
    for (const auto& [key, value] : entries) {
      block += Varint(0) + Varint(key.size()) + Varint(value.size()) + key + value;
    }
    return block + std::string(4, '\0');  // no places of whole keys
  }

  // Appends a block's contents with compression byte and checksum, and tells the index of it.
  void AddBlock(const std::string& contents, char compression = 0) {
    index_.emplace_back("key" + std::to_string(index_.size()), AppendSealed(contents, compression));
  }
  // Tells the index of a block that lies anywhere.
  void AddPlace(std::uint64_t offset, std::uint64_t size) {
    index_.emplace_back("key" + std::to_string(index_.size()), Varint(offset) + Varint(size));
  }

  std::string Finish() {
    const std::string place = AppendSealed(Block(index_), 0);
    std::string footer = Varint(0) + Varint(0) + place;
    footer.resize(40);
    return file_ + footer + std::string("\x57\xfb\x80\x8b\x24\x75\x47\xdb");
  }

  static std::string TableOf(const std::vector<std::pair<std::string, std::string>>& entries) {
    TableWriter writer;
    writer.AddBlock(Block(entries));
    return writer.Finish();
  }

 private:
  std::string AppendSealed(const std::string& contents, char compression) {
    const std::string covered = contents + compression;
    const std::uint32_t crc = MaskedCrc(Crc32c(std::as_bytes(std::span(covered))));
    const std::string place = Varint(file_.size()) + Varint(contents.size());
    file_ += covered + std::string(reinterpret_cast<const char*>(&crc), sizeof(crc));
    return place;
  }

  std::string file_;
  std::vector<std::pair<std::string, std::string>> index_;
};

// Fields of protobuf messages in binary form.
inline std::string BytesField(int field, std::string_view payload) {
  std::string text = TableWriter::Varint(static_cast<std::uint64_t>(field) << 3 | 2);
  text += TableWriter::Varint(payload.size());
  text += payload;
  return text;
}
inline std::string VarintField(int field, std::int64_t value) {
  return TableWriter::Varint(static_cast<std::uint64_t>(field) << 3) +
         TableWriter::Varint(static_cast<std::uint64_t>(value));
}

}  // namespace stepwell::converter
