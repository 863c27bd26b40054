#include "stepwell/ops/weight_cache.h"

namespace stepwell::ops {

std::shared_ptr<const void> WeightCache::GetOrMakeAny(Constants constants, std::string_view kind,
                                                      PackedStore::Make make) {
  Key key{{}, std::string(kind)};
  for (const ir::ConstantData* constant : constants) key.first.push_back(constant->identity);
  const std::scoped_lock lock(mutex_);
  if (const auto found = entries_.find(key); found != entries_.end()) return found->second;
  auto packed = store_ == nullptr ? make(PackedBlocks::Fresh()) : store_->Get(constants, kind, make);
  for (const ir::ConstantData* constant : constants) constant->bytes.ReleasePages();  // the packed copy is what runs
  order_.push_back(key);
  return entries_.emplace(std::move(key), std::move(packed)).first->second;
}

std::size_t WeightCache::size() const {
  const std::scoped_lock lock(mutex_);
  return order_.size();
}

void WeightCache::ForgetFrom(std::size_t size) {
  const std::scoped_lock lock(mutex_);
  for (; order_.size() > size; order_.pop_back()) entries_.erase(order_.back());
}

}  // namespace stepwell::ops
