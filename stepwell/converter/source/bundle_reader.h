#pragma once

#include <filesystem>
#include <memory>

#include "stepwell/converter/source/checkpoint.h"

namespace stepwell::converter {

// The variables of a V2 checkpoint (TensorFlow's tensor bundle):
//   PREFIX.index: a table; under the empty key a BundleHeaderProto {shards = 1, byte order = 2}; under each name a
//     BundleEntryProto {dtype = 1, shape = 2, shard = 3, offset = 4, size = 5, masked CRC-32C = 6, parts = 7}
//   PREFIX.data-0000I-of-0000N: the bytes
// A variable with parts has no bytes of its own; each part has an entry under its SliceKey.
// Throws Error naming the file, what was expected and found.
std::shared_ptr<const Checkpoint::Reader> OpenBundle(const std::filesystem::path& prefix, Checksums checksums);

// PREFIX.data-00002-of-00005
std::filesystem::path ShardPath(const std::filesystem::path& prefix, std::int64_t shard, std::int64_t shards);

}  // namespace stepwell::converter
