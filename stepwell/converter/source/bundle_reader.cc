#include "stepwell/converter/source/bundle_reader.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "stepwell/base/beside.h"
#include "stepwell/base/error.h"
#include "stepwell/base/limits.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/source/checkpoint_files.h"
#include "stepwell/converter/source/checksum.h"
#include "stepwell/converter/source/table_reader.h"
#include "stepwell/converter/source/tensor_reader.h"
#include "stepwell/converter/source/tensor_slice.h"
#include "stepwell/converter/source/wire_reader.h"

namespace stepwell::converter {
namespace {

struct BundleHeader {
  std::int64_t shards = 0;
  std::int64_t byte_order = 0;
};

struct BundleEntry {
  VariableType type;
  std::int64_t shard = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint32_t masked_crc = 0;
  std::vector<TensorSlice> slices;
};

BundleHeader ReadHeader(WireReader message) {
  BundleHeader header;
  while (message.Next()) {
    if (message.field() == 1) header.shards = message.Int();
    if (message.field() == 2) header.byte_order = message.Int();
  }
  return header;
}

void ReadEntryField(const WireReader& message, BundleEntry& entry) {
  switch (message.field()) {
    case 1:
      entry.type.tf_type = TfTypeOf(message.Int());
      break;
    case 2:
      entry.type.shape = ReadShapeProto(message.Message());
      break;
    case 3:
      entry.shard = message.Int();
      break;
    case 4:
      entry.offset = message.Varint();
      break;
    case 5:
      entry.size = message.Varint();
      break;
    case 6:
      entry.masked_crc = message.Fixed32();
      break;
    case 7:
      entry.slices.push_back(ReadTensorSlice(message.Message()));
      break;
    default:
      break;
  }
}

BundleEntry ReadEntry(WireReader message) {
  BundleEntry entry;
  while (message.Next()) ReadEntryField(message, entry);
  entry.type.dtype = ElementType(entry.type.tf_type);
  Require(entry.type.shape.is_static(), ErrorKind::kInvalidModel, "its shape is not fixed");
  return entry;
}

void CheckHeader(const BundleHeader& header) {
  if (header.shards < 1 || header.shards > limits::kMostShards) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("its header announces {} data files", header.shards));
  }
  if (header.byte_order != 0) {
    throw Error(ErrorKind::kUnsupported,
                "it was written on a big-endian machine; save it again on a little-endian one");
  }
}

class Bundle : public Checkpoint::Reader {
 public:
  Bundle(const std::filesystem::path& prefix, Checksums checksums) : checksums_(checksums) {
    const std::filesystem::path index = prefix.string() + ".index";
    While([&] { return fmt::format("reading the index '{}'", index.string()); }, [&] { ReadIndex(index); });
    OpenShards(prefix);
  }

  std::vector<std::string> Names() const override {
    std::vector<std::string> names;
    for (const auto& [key, entry] : entries_) {
      if (!key.starts_with('\0')) names.push_back(key);
    }
    return names;
  }

  const VariableType* FindType(std::string_view name) const override {
    const auto it = entries_.find(name);
    return it == entries_.end() ? nullptr : &it->second.type;
  }

  SourceTensor Read(std::string_view name) const override {
    const BundleEntry& entry = entries_.find(name)->second;
    if (entry.slices.empty()) return ReadBytes(entry);
    std::vector<SlicePiece> pieces;
    for (const TensorSlice& slice : entry.slices) pieces.push_back({slice, ReadPart(name, entry, slice)});
    return Assemble(entry.type.tf_type, entry.type.shape, std::move(pieces));
  }

 private:
  void ReadIndex(const std::filesystem::path& path) {
    const Table table(MapFile(path), checksums_);
    bool has_header = false;
    for (const Table::Entry& entry : table.entries()) {
      const WireReader message(table.Read(entry));
      if (entry.key.empty()) {
        header_ = ReadHeader(message);
        has_header = true;
        continue;
      }
      const auto frame = [&] { return fmt::format("reading the entry of variable '{}'", entry.key); };
      entries_.emplace(entry.key, While(frame, [&] { return ReadEntry(message); }));
    }
    Require(has_header, ErrorKind::kInvalidModel, "it has no header; it is no index of a V2 checkpoint");
    CheckHeader(header_);
  }

  void OpenShards(const std::filesystem::path& prefix) {
    for (std::int64_t shard = 0; shard < header_.shards; ++shard) {
      shard_paths_.push_back(ShardPath(prefix, shard, header_.shards));
      RequireBeside(shard_paths_.back(), prefix.string() + ".index");
      shards_.push_back(MapShard(shard_paths_.back(), header_.shards));
    }
  }

  static SharedBytes MapShard(const std::filesystem::path& path, std::int64_t shards) {
    if (!std::filesystem::exists(path)) {
      throw Error(ErrorKind::kIo,
                  fmt::format("the checkpoint has {} data files, but '{}' does not exist; put all files of "
                              "the checkpoint into one folder, under the names they were saved with",
                              shards, path.string()));
    }
    return MapFile(path);
  }

  SourceTensor ReadPart(std::string_view name, const BundleEntry& whole, const TensorSlice& slice) const {
    const Shape shape = ShapeOfSlice(slice, whole.type.shape);
    const auto it = entries_.find(SliceKey(name, slice));
    if (it == entries_.end()) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("the part {} is announced, but not there", ToText(slice)));
    }
    const VariableType& type = it->second.type;
    if (type.tf_type != whole.type.tf_type || type.shape != shape) {
      throw Error(ErrorKind::kInvalidModel, fmt::format("the part {} should be {}{}, but {}{} is stored", ToText(slice),
                                                        TfTypeName(whole.type.tf_type), ToText(shape),
                                                        TfTypeName(type.tf_type), ToText(type.shape)));
    }
    return ReadBytes(it->second);
  }

  SourceTensor ReadBytes(const BundleEntry& entry) const {
    if (entry.shard < 0 || entry.shard >= header_.shards) {
      throw Error(ErrorKind::kInvalidModel,
                  fmt::format("it lies in data file {}, but there are {}", entry.shard, header_.shards));
    }
    const auto shard = static_cast<std::size_t>(entry.shard);
    const auto frame = [&] { return fmt::format("reading the data file '{}'", shard_paths_[shard].string()); };
    return While(frame, [&] {
      const SharedBytes bytes = shards_[shard].Slice(entry.offset, entry.size);
      if (checksums_ == Checksums::kVerify) VerifyMaskedCrc(bytes, entry.masked_crc, "the variable");
      return TensorOfBytes(entry.type.tf_type, entry.type.shape, bytes);
    });
  }

  Checksums checksums_;
  BundleHeader header_;
  std::map<std::string, BundleEntry, std::less<>> entries_;
  std::vector<std::filesystem::path> shard_paths_;
  std::vector<SharedBytes> shards_;
};

}  // namespace

std::filesystem::path ShardPath(const std::filesystem::path& prefix, std::int64_t shard, std::int64_t shards) {
  return fmt::format("{}.data-{:05}-of-{:05}", prefix.string(), shard, shards);
}

std::shared_ptr<const Checkpoint::Reader> OpenBundle(const std::filesystem::path& prefix, Checksums checksums) {
  return std::make_shared<Bundle>(prefix, checksums);
}

}  // namespace stepwell::converter
