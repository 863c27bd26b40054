#include "stepwell/runtime/weight_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "stepwell/base/build_id.h"
#include "stepwell/base/cpu_features.h"
#include "stepwell/base/digest.h"
#include "stepwell/base/error.h"
#include "stepwell/runtime/constant_name.h"

namespace stepwell::runtime {
namespace {

// A model at one place has one file for each way to use a CPU: what another version wrote, or was made of weights that
// were there before, is replaced.
std::filesystem::path PathFor(const WeightCacheOptions& options, const ModelFiles& files, const std::string& cpu) {
  Digest digest;
  digest.Add(std::filesystem::absolute(files.xml).lexically_normal().string());
  digest.Add(cpu);
  return options.folder / fmt::format("{}-{:016x}.packed", files.xml.stem().string(), digest.value()[0]);
}

}  // namespace

// Of one packed object: those that the file holds, as far as they fit and are intact.
class WeightStore::Blocks final : public PackedBlocks {
 public:
  Blocks(WeightStore& store, const std::vector<PackedBlock>* kept) : store_(store), kept_(kept) {}

  SharedBytes Make(std::size_t bytes, Fill fill) override {
    const PackedBlock* kept = kept_ != nullptr && used_.size() < kept_->size() ? &(*kept_)[used_.size()] : nullptr;
    if (kept != nullptr && kept->bytes.size() == bytes && kept->IsIntact()) {
      return used_.emplace_back(*kept).bytes;
    }
    is_changed_ = true;
    used_.push_back({PackedBlocks::Fresh().Make(bytes, fill), {}});
    store_.Show(bytes);
    return used_.back().bytes;
  }

  bool is_changed() const { return is_changed_; }
  std::vector<PackedBlock> Take() { return std::move(used_); }

 private:
  WeightStore& store_;
  const std::vector<PackedBlock>* kept_;
  std::vector<PackedBlock> used_;
  bool is_changed_ = false;
};

WeightStore::WeightStore(ModelFiles files, WeightCacheOptions options, std::size_t model_bytes)
    : files_(std::move(files)),
      options_(std::move(options)),
      model_bytes_(std::max<std::size_t>(1, model_bytes)),
      origin_{BuildId(), DescribeCpu(), ContentDigest(files_.xml), {}},
      path_(PathFor(options_, files_, origin_.cpu)) {
  if (files_.AreAsBefore()) {
    Read();
    if (kept_.empty()) mark_holds_ = AwaitTick(files_.bin_mark);
  } else {
    TurnOff("the model's files are being changed");
  }
}

void WeightStore::Read() {
  const auto header = PackedFile::ReadHeader(path_);
  if (!header || !IsOurs(*header)) return;
  if (auto entries = PackedFile::ReadEntries(path_, *header)) kept_ = *std::move(entries);
}

bool WeightStore::IsOurs(const PackedFile::Header& header) {
  PackedOrigin expected = origin_;
  expected.bin = header.origin.bin;
  if (!(header.origin == expected)) return false;
  mark_holds_ = header.bin_mark == files_.bin_mark;
  if (!mark_holds_) {
    const bool will_hold = AwaitTick(files_.bin_mark);
    if (ContentDigest(files_.bin()) != header.origin.bin) return false;
    mark_holds_ = will_hold && files_.AreAsBefore();
    if (mark_holds_) {
      PackedFile::Header renewed = header;
      renewed.bin_mark = files_.bin_mark;
      PackedFile::WriteHeader(path_, renewed);
    }
  }
  origin_.bin = header.origin.bin;
  return true;
}

std::shared_ptr<const void> WeightStore::Get(Constants constants, std::string_view kind, Make make) {
  const std::scoped_lock lock(mutex_);
  std::string name(kind);
  for (const ir::ConstantData* constant : constants) name += ' ' + NameOf(*constant);
  const auto kept = kept_.find(name);
  Blocks blocks(*this, kept == kept_.end() ? nullptr : &kept->second);
  auto packed = make(blocks);
  if (blocks.is_changed() && !is_off_) made_[name] = blocks.Take();
  return packed;
}

bool WeightStore::Save() {
  const std::scoped_lock lock(mutex_);
  if (made_.empty() || is_off_) return false;
  try {
    Write();
  } catch (const Error& error) {
    TurnOff(error.what());
  }
  shown_bytes_ = 0;
  if (options_.progress) options_.progress(1);
  if (is_off_) return false;
  made_.clear();
  kept_.clear();
  Read();
  if (kept_.empty()) TurnOff(fmt::format("'{}' cannot be read back", path_.string()));
  return !is_off_;
}

void WeightStore::Write() {
  PackedEntries entries = kept_;
  for (const auto& [name, blocks] : made_) {
    std::vector<PackedBlock>& sealed = entries[name];
    sealed.clear();
    for (const PackedBlock& block : blocks) sealed.push_back(PackedBlock::Of(block.bytes));
  }
  origin_.bin = ContentDigest(files_.bin());
  if (!files_.AreAsBefore()) throw Error(ErrorKind::kIo, "the model's files are being changed");
  std::error_code ignored;  // writing says what is wrong
  std::filesystem::create_directories(options_.folder, ignored);
  const auto mark = mark_holds_ ? std::optional(files_.bin_mark) : std::nullopt;
  PackedFile::Write(path_, origin_, mark, entries, [this](std::size_t bytes) { Show(bytes); });
}

void WeightStore::TurnOff(const std::string& problem) {
  is_off_ = true;
  made_.clear();
  if (options_.warning) options_.warning(fmt::format("packed weights are not kept: {}", problem));
}

void WeightStore::Show(std::size_t more_bytes) {
  shown_bytes_ += more_bytes;
  // Packed, then written; panels are filled up, so that it may be more. Save() says when all is done.
  const double all = 2.0 * static_cast<double>(model_bytes_);
  constexpr double kMost = 0.99;
  if (options_.progress) options_.progress(std::min(kMost, static_cast<double>(shown_bytes_) / all));
}

}  // namespace stepwell::runtime
