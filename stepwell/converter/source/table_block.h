#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "stepwell/base/limits.h"
#include "stepwell/base/memory.h"

namespace stepwell::converter {

// Walks the entries of one block of a table (table_reader.h). An entry is: bytes of the key shared with the key before,
// bytes that are not, bytes of the value (varints); the rest of the key; the value. Behind the entries stand the places
// of those with a whole key (u32 each) and their number.
class BlockWalk {
 public:
  static constexpr std::size_t kMostKeyBytes = limits::kMostKeyBytes;

  // `contents`: without compression byte and checksum. Throws Error(kInvalidModel) where the block cannot be one.
  explicit BlockWalk(SharedBytes contents);

  // Steps to the next entry; false behind the last.
  bool Next();
  const std::string& key() const { return key_; }
  const SharedBytes& value() const { return value_; }

 private:
  std::size_t TakeSize();

  SharedBytes contents_;
  std::size_t end_ = 0;  // of the entries
  std::size_t position_ = 0;
  std::string key_;
  SharedBytes value_;
};

// Where a block lies in the file, as the index and the footer say it.
struct BlockPlace {
  std::size_t offset = 0;
  std::size_t bytes = 0;  // of the contents
};
// Behind the contents: the compression byte and a masked CRC-32C of contents and compression byte.
inline constexpr std::size_t kBlockTrailerBytes = 5;

// Two varints at `position` of `bytes`; `position` moves behind them.
BlockPlace ParseBlockPlace(const SharedBytes& bytes, std::size_t& position);

}  // namespace stepwell::converter
