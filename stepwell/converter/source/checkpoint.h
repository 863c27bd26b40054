#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/converter/source/source_tensor.h"

namespace stepwell::converter {

// Whether stored checksums are compared with the bytes as each variable is read.
enum class Checksums : std::uint8_t { kVerify, kSkip };

struct VariableType {
  TfType tf_type = TfType::kInvalid;
  std::optional<DType> dtype;
  Shape shape;  // static
};

// The variables of a checkpoint, of either format, by name. Immutable; may be read by many threads; cheap to copy.
class Checkpoint {
 public:
  // What a format knows how to do; implemented by bundle_reader (V2) and slice_reader (V1).
  class Reader {
   public:
    virtual ~Reader() = default;
    virtual std::vector<std::string> Names() const = 0;  // sorted
    virtual const VariableType* FindType(std::string_view name) const = 0;
    virtual SourceTensor Read(std::string_view name) const = 0;
  };

  Checkpoint(std::filesystem::path path, std::shared_ptr<const Reader> reader);

  // The prefix (V2), file, folder or pattern (V1) that was opened.
  const std::filesystem::path& path() const { return path_; }
  std::vector<std::string> Names() const { return reader_->Names(); }
  bool Has(std::string_view name) const { return reader_->FindType(name) != nullptr; }
  // Throws Error(kInvalidModel) with the nearest names where there is no such variable.
  const VariableType& Type(std::string_view name) const;
  // The variable's value; a slice of the mapped file unless it is stored in parts or compressed. Throws as Type does,
  // and where the bytes do not match their checksum or the stored shape.
  SourceTensor Read(std::string_view name) const;

 private:
  std::filesystem::path path_;
  std::shared_ptr<const Reader> reader_;
};

// Opens what a user may call "the checkpoint":
//   V2: PREFIX, PREFIX.index, PREFIX.meta, or a folder whose `best_dev_checkpoint` or `checkpoint` file names the
//   prefix; V1: a file, a folder of shards, a pattern ("ckpt-*"), or a prefix of shards.
// Every file is opened and its table of contents checked; values are read later. A data file given in place of the
// prefix, an absent .index and an absent shard are Errors that say what to give instead.
Checkpoint OpenCheckpoint(const std::filesystem::path& path, Checksums checksums = Checksums::kVerify);

}  // namespace stepwell::converter
