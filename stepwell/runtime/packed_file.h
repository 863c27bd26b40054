#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "stepwell/base/function_ref.h"
#include "stepwell/base/memory.h"
#include "stepwell/runtime/model_files.h"

namespace stepwell::runtime {

// What the packed weights in a file were made by, for and of.
struct PackedOrigin {
  std::string program;                    // version and build
  std::string cpu;                        // the instruction sets that are used and that there are
  std::array<std::uint64_t, 2> xml = {};  // digests of the model's two files
  std::array<std::uint64_t, 2> bin = {};

  friend bool operator==(const PackedOrigin&, const PackedOrigin&) = default;
};

// A part of a packed object: bytes, and the CRC-32C of each kPieceBytes of them.
struct PackedBlock {
  static constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

  static PackedBlock Of(SharedBytes bytes);
  // Reads all bytes, by the shared team of threads.
  bool IsIntact() const;

  SharedBytes bytes;
  std::vector<std::uint32_t> crcs;
};
using PackedEntries = std::map<std::string, std::vector<PackedBlock>, std::less<>>;

// A file of packed weights. Its form (all numbers little-endian; u64 but for CRCs, which are u32):
//
//   0     "stepwell packed\n", CRC of the header, its bytes, then the header (base/byte_stream.h): format 1; program,
//         cpu (texts); digests of .xml and .bin; whether the mark holds, and the FileMark of the .bin; bytes and CRC of
//         the directory
//   4096  directory: number of entries; of each its name (text) and an array of blocks: offset, bytes, array of CRCs
//   ...   blocks, each at a multiple of 4096
//
// The file is hostile: what does not fit is no file at all. The header and the directory are compared with their CRCs
// when it is opened; a block is when it is used (PackedBlock::IsIntact).
class PackedFile {
 public:
  struct Header {
    PackedOrigin origin;
    std::optional<FileMark> bin_mark;  // a .bin of this mark has the digest that the origin has
    std::uint64_t directory_bytes = 0;
    std::uint32_t directory_crc = 0;
  };

  // Nothing where there is no such file, or where it is damaged.
  static std::optional<Header> ReadHeader(const std::filesystem::path& path);
  // Replaces the header in place; says nothing where that cannot be done. Readers that come between see a damaged file.
  static void WriteHeader(const std::filesystem::path& path, const Header& header);
  // Maps the file that has this header. The entries' bytes live as long as anybody holds them.
  static std::optional<PackedEntries> ReadEntries(const std::filesystem::path& path, const Header& header);

  // The whole file, which appears at once (base/file.h). `written` is told of each block. Throws Error(kIo).
  static void Write(const std::filesystem::path& path, const PackedOrigin& origin,
                    const std::optional<FileMark>& bin_mark, const PackedEntries& entries,
                    FunctionRef<void(std::size_t bytes)> written);
};

}  // namespace stepwell::runtime
