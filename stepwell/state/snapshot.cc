#include "stepwell/state/snapshot.h"

#include <fmt/format.h>

#include <cstring>

#include "stepwell/base/byte_stream.h"
#include "stepwell/base/crc32c.h"
#include "stepwell/base/error.h"

namespace stepwell::state {
namespace {

constexpr std::string_view kMagic = "STEPWELL";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kChecksumBytes = sizeof(std::uint32_t);
// Magic, version and length.
constexpr std::size_t kHeaderBytes = kMagic.size() + sizeof(std::uint32_t) + sizeof(std::uint64_t);

template <class T>
T NumberAt(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

void WriteState(const Snapshot::StateTensor& state, ByteWriter& writer) {
  writer.WriteText(state.name);
  writer.WriteText(DTypeName(state.type.dtype));
  writer.WriteArray(state.type.shape.dims());
  writer.WriteBlock(state.bytes);
}

DType ReadDType(ByteReader& reader) {
  const std::string name = reader.ReadText();
  const auto dtype = FindDType(name);
  reader.Require(dtype.has_value(), fmt::format("'{}' is no element type", name));
  return *dtype;
}

Shape ReadShape(ByteReader& reader) {
  const std::vector<Dim> dims = reader.ReadArray<Dim>();
  reader.Require(dims.size() <= Shape::kMaxRank, "a state has too many dimensions");
  for (const Dim dim : dims) reader.Require(dim >= 0, "a state has a negative dimension");
  return Shape(std::span<const Dim>(dims));
}

Snapshot::StateTensor ReadState(ByteReader& reader) {
  Snapshot::StateTensor state;
  state.name = reader.ReadText();
  state.type.dtype = ReadDType(reader);
  state.type.shape = ReadShape(reader);
  state.bytes = reader.ReadBytes();
  reader.Require(state.bytes.size() == state.type.bytes(),
                 fmt::format("state '{}' of {} needs {} bytes and has {}", state.name, ToText(state.type),
                             state.type.bytes(), state.bytes.size()));
  return state;
}

// Length and checksum first: what follows may then trust that the bytes are those that were written.
void RequireWhole(std::span<const std::byte> bytes, std::string_view what) {
  const auto damaged = [&](const std::string& why) {
    return Error(ErrorKind::kInvalidModel, fmt::format("{} {}", what, why));
  };
  if (bytes.size() < kHeaderBytes + kChecksumBytes || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    throw damaged("is no snapshot of a stream");
  }
  const auto version = NumberAt<std::uint32_t>(bytes, kMagic.size());
  if (version != kVersion) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{} has version {}, but {} was expected", what, version, kVersion));
  }
  const auto length = NumberAt<std::uint64_t>(bytes, kMagic.size() + sizeof(version));
  if (length != bytes.size()) throw damaged(fmt::format("is cut: {} of {} bytes are there", bytes.size(), length));
  const std::size_t checked = bytes.size() - kChecksumBytes;
  if (Crc32c(bytes.first(checked)) != NumberAt<std::uint32_t>(bytes, checked)) {
    throw damaged("is damaged: its checksum does not fit");
  }
}

}  // namespace

std::vector<std::byte> WriteSnapshot(const Snapshot& snapshot) {
  ByteWriter content;
  content.Write(snapshot.model_fingerprint);
  content.WriteText(snapshot.model_name);
  content.Write(snapshot.call_number);
  content.Write<std::uint64_t>(snapshot.states.size());
  for (const Snapshot::StateTensor& state : snapshot.states) WriteState(state, content);
  content.WriteText(snapshot.part_kind);
  content.WriteBlock(snapshot.part);
  ByteWriter writer;
  writer.WriteRaw(std::as_bytes(std::span(kMagic)));
  writer.Write(kVersion);
  writer.Write<std::uint64_t>(kHeaderBytes + content.bytes().size() + kChecksumBytes);
  writer.WriteRaw(content.bytes());
  writer.Write(Crc32c(writer.bytes()));
  return writer.Take();
}

Snapshot ReadSnapshot(std::span<const std::byte> bytes, std::string_view what) {
  RequireWhole(bytes, what);
  ByteReader reader(bytes.subspan(kHeaderBytes, bytes.size() - kHeaderBytes - kChecksumBytes), std::string(what));
  Snapshot snapshot;
  snapshot.model_fingerprint = reader.Read<std::uint64_t>();
  snapshot.model_name = reader.ReadText();
  snapshot.call_number = reader.Read<std::uint64_t>();
  const auto states = reader.Read<std::uint64_t>();
  for (std::uint64_t i = 0; i < states; ++i) snapshot.states.push_back(ReadState(reader));
  snapshot.part_kind = reader.ReadText();
  snapshot.part = reader.ReadBytes();
  reader.ExpectEnd();
  return snapshot;
}

std::vector<Shape> ShapesOf(const Snapshot& snapshot) {
  std::vector<Shape> shapes;
  for (const Snapshot::StateTensor& state : snapshot.states) shapes.push_back(state.type.shape);
  return shapes;
}

}  // namespace stepwell::state
