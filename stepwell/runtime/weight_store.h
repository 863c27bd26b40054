#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "stepwell/ops/weight_cache.h"
#include "stepwell/runtime/model_files.h"
#include "stepwell/runtime/packed_file.h"

namespace stepwell::runtime {

// Where packed weights are kept from one process to the next, and shared by those that run at once.
struct WeightCacheOptions {
  std::filesystem::path folder = {};                     // made where it is not there
  std::function<void(double done)> progress = {};        // below 1 while weights are packed and written, then 1
  std::function<void(const std::string&)> warning = {};  // told once where they cannot be kept
};

// The packed weights of one model, in one file of the folder. What the file holds is compared with its checksums as it
// is used; what it does not hold, or not intact, is packed, and is in the file after the next Save(). Thread safe;
// whatever is wrong with folder or file, weights are right.
class WeightStore final : public ops::PackedStore {
 public:
  // `files`: the model's, looked at before its graph was read. `model_bytes`: of all its constants, for the progress.
  WeightStore(ModelFiles files, WeightCacheOptions options, std::size_t model_bytes);

  std::shared_ptr<const void> Get(Constants constants, std::string_view kind, Make make) override;

  // Writes the file anew if anything was packed since it was read or written. Returns whether it did: who asks again
  // for what was packed gets it from the file, mapped, as other processes do.
  bool Save();

 private:
  class Blocks;

  void Read();
  bool IsOurs(const PackedFile::Header& header);
  void Write();
  void TurnOff(const std::string& problem);
  void Show(std::size_t more_bytes);

  const ModelFiles files_;
  const WeightCacheOptions options_;
  const std::size_t model_bytes_;
  PackedOrigin origin_;  // its digest of the .bin is known where something is kept
  const std::filesystem::path path_;
  PackedEntries kept_;  // what the file holds
  PackedEntries made_;  // what was packed since, without checksums
  std::mutex mutex_;
  bool mark_holds_ = false;
  bool is_off_ = false;  // nothing is written any more
  std::size_t shown_bytes_ = 0;
};

}  // namespace stepwell::runtime
