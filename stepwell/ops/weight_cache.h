#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stepwell/base/function_ref.h"
#include "stepwell/base/packed_blocks.h"
#include "stepwell/ir/constant_data.h"

namespace stepwell::ops {

// Packed weights that outlive the process. Called by one thread at a time.
class PackedStore {
 public:
  using Constants = std::span<const ir::ConstantData* const>;
  using Make = FunctionRef<std::shared_ptr<const void>(PackedBlocks&)>;

  virtual ~PackedStore() = default;
  // What `make` makes of blocks that hold what it made earlier of constants that are equal, and the same kind.
  virtual std::shared_ptr<const void> Get(Constants constants, std::string_view kind, Make make) = 0;
};

// Packed weights, shared by all plans of one model: the same constants packed the same way exist once. Thread safe.
class WeightCache {
 public:
  using Constants = PackedStore::Constants;

  // `store`: may be null; outlives this.
  explicit WeightCache(PackedStore* store = nullptr) : store_(store) {}

  // `make(PackedBlocks&)` gives a shared_ptr<const Packed> whose large arrays are of those blocks; it is called at most
  // once for the same constants and kind. `kind` names the packing with all that it depends on besides the constants,
  // and is the same in every process.
  template <class Packed, class Make>
  std::shared_ptr<const Packed> GetOrMake(Constants constants, std::string_view kind, Make make) {
    return std::static_pointer_cast<const Packed>(GetOrMakeAny(
        constants, kind, [&](PackedBlocks& blocks) -> std::shared_ptr<const Packed> { return make(blocks); }));
  }
  template <class Packed, class Make>
  std::shared_ptr<const Packed> GetOrMake(const ir::ConstantData& constant, std::string_view kind, Make make) {
    const ir::ConstantData* const constants[] = {&constant};
    return GetOrMake<Packed>(constants, kind, make);
  }

  // How many there are, and the way back to when there were so many: what came later is made again when it is asked
  // for. Whoever holds it keeps it.
  std::size_t size() const;
  void ForgetFrom(std::size_t size);

 private:
  using Key = std::pair<std::vector<std::uint64_t>, std::string>;  // identities and kind

  std::shared_ptr<const void> GetOrMakeAny(Constants constants, std::string_view kind, PackedStore::Make make);

  PackedStore* store_;
  mutable std::mutex mutex_;
  std::map<Key, std::shared_ptr<const void>> entries_;
  std::vector<Key> order_;  // of the entries, the first made first
};

}  // namespace stepwell::ops
