#include <cstring>
#include <vector>

#include "fuzz/support/fuzz_target.h"
#include "fuzz/support/scratch_folder.h"
#include "stepwell/base/crc32c.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/runtime/loaded_model.h"
#include "tests/support/small_lstm.h"

// A file of packed weights: read as it is, and as one whose header fits a small model and this program, whatever its
// directory and its blocks hold. The model must run.

namespace stepwell::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeader = 4096;

runtime::WeightCacheOptions CacheIn(const fs::path& folder) { return {.folder = folder}; }

void Plan(const fs::path& xml, const fs::path& folder) {
  const auto model = runtime::LoadedModel::Load(xml, CacheIn(folder));
  model->PlanFor(model->DefaultRequest());
}

// A model, and the file that is kept for it.
struct Kept {
  Kept() {
    ir::WriteIr(testing::SmallLstm(), xml);
    Plan(xml, folder);
    for (const auto& entry : fs::directory_iterator(folder)) file = entry.path();
    header = runtime::PackedFile::ReadHeader(file).value();
  }

  fs::path folder = ScratchFolder::OfProcess().path() / "cache";
  fs::path xml = ScratchFolder::OfProcess().path() / "model.xml";
  fs::path file;
  runtime::PackedFile::Header header;
};

}  // namespace

void FuzzOne(Bytes input) {
  static const Kept kept;
  if (input.size() < sizeof(std::uint16_t)) return;
  const fs::path raw = ScratchFolder::OfProcess().Write("raw", input);
  if (const auto header = runtime::PackedFile::ReadHeader(raw)) runtime::PackedFile::ReadEntries(raw, *header);
  // The first two bytes say how many of the others are the directory.
  std::uint16_t directory = 0;
  std::memcpy(&directory, input.data(), sizeof(directory));
  const Bytes rest = input.subspan(sizeof(directory));
  runtime::PackedFile::Header header = kept.header;
  header.directory_bytes = std::min<std::size_t>(directory, rest.size());
  header.directory_crc = Crc32c(rest.first(header.directory_bytes));
  std::vector<std::byte> file(kHeader);
  file.insert(file.end(), rest.begin(), rest.end());
  ScratchFolder::OfProcess().Write("cache/" + kept.file.filename().string(), file);
  runtime::PackedFile::WriteHeader(kept.file, header);
  Plan(kept.xml, kept.folder);
}

}  // namespace stepwell::fuzz
