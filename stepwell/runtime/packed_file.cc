#include "stepwell/runtime/packed_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string_view>

#include "stepwell/base/byte_stream.h"
#include "stepwell/base/checked.h"
#include "stepwell/base/crc32c.h"
#include "stepwell/base/error.h"
#include "stepwell/base/file.h"
#include "stepwell/base/parallel.h"

namespace stepwell::runtime {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::string_view kMagic = "stepwell packed\n";
constexpr std::uint64_t kFormat = 1;
constexpr std::size_t kMostText = 1024;

std::size_t RoundedUp(std::size_t bytes) { return CheckedAdd(bytes, kPage - 1) / kPage * kPage; }

std::size_t PiecesOf(std::size_t bytes) {
  return bytes / PackedBlock::kPieceBytes + (bytes % PackedBlock::kPieceBytes == 0 ? 0 : 1);
}

// Calls `check(bytes, crcs)` for each member's share of the block.
template <class Check>
void ByPieces(std::span<const std::byte> bytes, std::size_t pieces, Check check) {
  WorkerTeam& team = WorkerTeam::Shared();
  team.Run([&](int member) {
    const Range part = PartOf(static_cast<std::int64_t>(pieces), 4, member, team.num_threads());
    if (part.begin == part.end) return;
    const std::size_t begin = AsSize(part.begin) * PackedBlock::kPieceBytes;
    const std::size_t end = std::min(bytes.size(), AsSize(part.end) * PackedBlock::kPieceBytes);
    check(bytes.subspan(begin, end - begin), part);
  });
}

template <std::size_t kSize>
void WriteWords(ByteWriter& writer, const std::array<std::uint64_t, kSize>& words) {
  for (const std::uint64_t word : words) writer.Write(word);
}
std::array<std::uint64_t, 2> ReadDigest(ByteReader& reader) {
  const auto first = reader.Read<std::uint64_t>();
  return {first, reader.Read<std::uint64_t>()};
}

void WriteMark(ByteWriter& writer, const std::optional<FileMark>& mark) {
  writer.Write<std::uint64_t>(mark ? 1 : 0);
  const FileMark known = mark.value_or(FileMark{});
  WriteWords<3>(writer, {known.device, known.inode, known.bytes});
  writer.Write(known.written_ns);
  writer.Write(known.changed_ns);
}
std::optional<FileMark> ReadMark(ByteReader& reader) {
  const bool is_known = reader.Read<std::uint64_t>() == 1;
  FileMark mark;
  mark.device = reader.Read<std::uint64_t>();
  mark.inode = reader.Read<std::uint64_t>();
  mark.bytes = reader.Read<std::uint64_t>();
  mark.written_ns = reader.Read<std::int64_t>();
  mark.changed_ns = reader.Read<std::int64_t>();
  return is_known ? std::optional(mark) : std::nullopt;
}

// One page.
std::vector<std::byte> HeaderPage(const PackedFile::Header& header) {
  ByteWriter body;
  body.Write(kFormat);
  body.WriteText(header.origin.program);
  body.WriteText(header.origin.cpu);
  WriteWords(body, header.origin.xml);
  WriteWords(body, header.origin.bin);
  WriteMark(body, header.bin_mark);
  body.Write(header.directory_bytes);
  body.Write(header.directory_crc);
  ByteWriter page;
  page.WriteRaw(std::as_bytes(std::span(kMagic)));
  page.Write(Crc32c(body.bytes()));
  page.WriteBlock(body.bytes());
  std::vector<std::byte> bytes = page.Take();
  STEPWELL_CHECK(bytes.size() <= kPage);
  bytes.resize(kPage);
  return bytes;
}

PackedFile::Header ParseHeader(std::span<const std::byte> page, const std::string& what) {
  ByteReader reader(page, what);
  reader.Require(reader.ReadChars(kMagic.size()) == kMagic, "is no file of packed weights");
  const auto crc = reader.Read<std::uint32_t>();
  const std::span<const std::byte> bytes = reader.ReadBytes();
  reader.Require(Crc32c(bytes) == crc, "has a damaged header");
  ByteReader body(bytes, what);
  body.Require(body.Read<std::uint64_t>() == kFormat, "has another form");
  PackedFile::Header header;
  header.origin.program = body.ReadText();
  header.origin.cpu = body.ReadText();
  body.Require(std::max(header.origin.program.size(), header.origin.cpu.size()) <= kMostText, "has a text too long");
  header.origin.xml = ReadDigest(body);
  header.origin.bin = ReadDigest(body);
  header.bin_mark = ReadMark(body);
  header.directory_bytes = body.Read<std::uint64_t>();
  header.directory_crc = body.Read<std::uint32_t>();
  body.ExpectEnd();
  return header;
}

// The directory of entries whose blocks lie one behind the other from `begin` on.
std::vector<std::byte> DirectoryOf(const PackedEntries& entries, std::size_t begin) {
  ByteWriter writer;
  writer.Write<std::uint64_t>(entries.size());
  for (const auto& [name, blocks] : entries) {
    writer.WriteText(name);
    writer.Write<std::uint64_t>(blocks.size());
    for (const PackedBlock& block : blocks) {
      writer.Write<std::uint64_t>(begin);
      writer.Write<std::uint64_t>(block.bytes.size());
      writer.WriteArray(std::span(block.crcs));
      begin = CheckedAdd(begin, RoundedUp(block.bytes.size()));
    }
  }
  return writer.Take();
}

PackedBlock ReadBlock(ByteReader& reader, const SharedBytes& file) {
  const auto offset = reader.Read<std::uint64_t>();
  const auto bytes = reader.Read<std::uint64_t>();
  reader.Require(offset % kPage == 0 && offset <= file.size() && bytes <= file.size() - offset,
                 "has a block outside of itself");
  PackedBlock block{file.Slice(offset, bytes), reader.ReadArray<std::uint32_t>()};
  reader.Require(block.crcs.size() == PiecesOf(bytes), "has a block without its checksums");
  return block;
}

PackedEntries ParseEntries(ByteReader reader, const SharedBytes& file) {
  PackedEntries entries;
  for (auto left = reader.Read<std::uint64_t>(); left > 0; --left) {
    std::vector<PackedBlock>& blocks = entries[reader.ReadText()];
    for (auto count = reader.Read<std::uint64_t>(); count > 0; --count) blocks.push_back(ReadBlock(reader, file));
  }
  reader.ExpectEnd();
  return entries;
}

// What `read` gives, or nothing where it throws: files that are missing or damaged are made again, whatever is wrong.
template <class Read>
auto IfSound(Read read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const Error&) {
    return std::nullopt;
  }
}

void PadToPage(AtomicFile& file) {
  static constexpr std::array<std::byte, kPage> kPadding{};
  const std::size_t used = file.bytes_written() % kPage;
  if (used != 0) file.Write(std::span(kPadding).first(kPage - used));
}

}  // namespace

PackedBlock PackedBlock::Of(SharedBytes bytes) {
  PackedBlock block{std::move(bytes), {}};
  block.crcs.resize(PiecesOf(block.bytes.size()));
  ByPieces(block.bytes.span(), block.crcs.size(), [&](std::span<const std::byte> share, Range pieces) {
    Crc32cOfPieces(share, kPieceBytes,
                   std::span(block.crcs).subspan(AsSize(pieces.begin), AsSize(pieces.end - pieces.begin)));
  });
  return block;
}

bool PackedBlock::IsIntact() const { return Of(bytes).crcs == crcs; }

std::optional<PackedFile::Header> PackedFile::ReadHeader(const std::filesystem::path& path) {
  return IfSound([&] {
    const SharedBytes file = MapFile(path);
    return ParseHeader(file.Slice(0, kPage).span(), path.string());
  });
}

void PackedFile::WriteHeader(const std::filesystem::path& path, const Header& header) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  const std::vector<std::byte> page = HeaderPage(header);
  [[maybe_unused]] const ssize_t written = ::pwrite(fd, page.data(), page.size(), 0);
  ::close(fd);
}

std::optional<PackedEntries> PackedFile::ReadEntries(const std::filesystem::path& path, const Header& header) {
  return IfSound([&] {
    const SharedBytes file = MapFile(path);
    const SharedBytes directory = file.Slice(kPage, header.directory_bytes);
    ByteReader reader(directory.span(), path.string());
    reader.Require(Crc32c(directory.span()) == header.directory_crc, "has a damaged directory");
    return ParseEntries(reader, file);
  });
}

void PackedFile::Write(const std::filesystem::path& path, const PackedOrigin& origin,
                       const std::optional<FileMark>& bin_mark, const PackedEntries& entries,
                       FunctionRef<void(std::size_t)> written) {
  // Its size does not depend on where the blocks begin.
  const std::size_t directory_bytes = DirectoryOf(entries, 0).size();
  const std::vector<std::byte> directory = DirectoryOf(entries, CheckedAdd(kPage, RoundedUp(directory_bytes)));
  AtomicFile file(path);
  file.Write(HeaderPage({origin, bin_mark, directory.size(), Crc32c(directory)}));
  file.Write(directory);
  for (const auto& [name, blocks] : entries) {
    for (const PackedBlock& block : blocks) {
      PadToPage(file);
      file.Write(block.bytes.span());
      written(block.bytes.size());
    }
  }
  PadToPage(file);
  file.Commit();
}

}  // namespace stepwell::runtime
