#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/converter/source/checkpoint.h"

namespace stepwell::converter {

// A sorted table in LevelDB's format (leveldb, doc/table_format.md), as both formats of checkpoint use it:
//   data blocks | index block: the last key of each data block and its place | footer of 48 bytes, ending in a magic
//   number
// A block is a run of entries whose keys leave out what they share with the key before, followed by one byte for the
// compression (0 none, 1 snappy) and a masked CRC-32C. Stored blocks stay in the mapped file, however large.
class Table {
 public:
  struct Entry {
    std::string key;
    SharedBytes value;
    std::size_t block = 0;
  };

  // Whether the file ends in the magic number of a table.
  static bool IsTable(const SharedBytes& file);

  // Reads index and keys. Compressed blocks are checked and expanded now, others checked when a value is read.
  // Throws Error(kInvalidModel) where the file is no table, its blocks overlap, or its keys are out of order.
  Table(const SharedBytes& file, Checksums checksums);

  const std::vector<Entry>& entries() const { return entries_; }  // in ascending order of keys
  const Entry* FindEntry(std::string_view key) const;
  // The entry's value, after its block has been checked. May be called by many threads.
  const SharedBytes& Read(const Entry& entry) const;

 private:
  struct Block {
    SharedBytes sealed;  // contents, compression byte, checksum
    std::unique_ptr<std::atomic<bool>> checked = std::make_unique<std::atomic<bool>>(false);
  };
  void AddBlock(const SharedBytes& blocks, const SharedBytes& handle);
  void AddEntries(SharedBytes contents, std::size_t table_bytes);
  void Check(const Block& block) const;

  Checksums checksums_;
  std::size_t blocks_end_ = 0;  // of the data blocks read so far
  std::size_t key_bytes_ = 0;
  std::vector<Block> blocks_;
  std::vector<Entry> entries_;
};

}  // namespace stepwell::converter
