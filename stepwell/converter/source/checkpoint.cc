#include "stepwell/converter/source/checkpoint.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/base/text.h"
#include "stepwell/converter/source/bundle_reader.h"
#include "stepwell/converter/source/checkpoint_files.h"
#include "stepwell/converter/source/slice_reader.h"

namespace stepwell::converter {

Checkpoint::Checkpoint(std::filesystem::path path, std::shared_ptr<const Reader> reader)
    : path_(std::move(path)), reader_(std::move(reader)) {}

const VariableType& Checkpoint::Type(std::string_view name) const {
  const VariableType* const type = reader_->FindType(name);
  if (type == nullptr) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("the checkpoint '{}' has no variable '{}'{}", path_.string(),
                                                      name, DidYouMean(name, Names())));
  }
  return *type;
}

SourceTensor Checkpoint::Read(std::string_view name) const {
  Type(name);
  return While([&] { return fmt::format("reading variable '{}' of the checkpoint '{}'", name, path_.string()); },
               [&] { return reader_->Read(name); });
}

Checkpoint OpenCheckpoint(const std::filesystem::path& path, Checksums checksums) try {
  const CheckpointFiles found = FindCheckpoint(path);
  auto reader =
      found.format == CheckpointFormat::kV2 ? OpenBundle(found.path, checksums) : OpenSlices(found.files, checksums);
  return Checkpoint(found.path, std::move(reader));
} catch (const std::filesystem::filesystem_error& error) {
  throw Error(ErrorKind::kIo, fmt::format("cannot look for a checkpoint at '{}': {}", path.string(), error.what()));
}

}  // namespace stepwell::converter
