#include "stepwell/state/state_store.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"

namespace stepwell::state {
namespace {

std::string Describe(StreamHandle handle) { return fmt::format("stream {}.{}", handle.index, handle.generation); }

}  // namespace

StateStore::Lease::~Lease() {
  if (store_ != nullptr) store_->GiveBack(handle_);
}

StreamHandle StateStore::Open(Stream stream) {
  auto owned = std::make_unique<Stream>(std::move(stream));
  const std::scoped_lock lock(mutex_);
  if (free_.empty()) {
    entries_.emplace_back();
    free_.push_back(static_cast<std::uint32_t>(entries_.size() - 1));
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  entries_[index].stream = std::move(owned);
  return {index, entries_[index].generation};
}

StateStore::Lease StateStore::Borrow(StreamHandle handle, WhenBorrowed when_borrowed) {
  std::unique_lock lock(mutex_);
  while (Find(handle).borrowed) {
    if (when_borrowed == WhenBorrowed::kFail) {
      throw Error(
          ErrorKind::kInvalidArgument,
          fmt::format("{} has another owner now; wait for it (WhenBorrowed::kWait) or fork it", Describe(handle)));
    }
    given_back_.wait(lock);
  }
  Entry& entry = Find(handle);
  entry.borrowed = true;
  return {this, entry.stream.get(), handle};
}

void StateStore::Close(StreamHandle handle, WhenBorrowed when_borrowed) {
  const Lease lease = Borrow(handle, when_borrowed);
  std::unique_ptr<Stream> closed;  // destroyed after the lock is gone
  const std::scoped_lock lock(mutex_);
  Entry& entry = Find(handle);
  closed = std::move(entry.stream);
  entry.borrowed = false;  // now: the next stream at this index may be borrowed before the lease ends
  ++entry.generation;
  free_.push_back(handle.index);
}

StreamHandle StateStore::Fork(StreamHandle handle, WhenBorrowed when_borrowed) {
  const Lease lease = Borrow(handle, when_borrowed);
  return Open(lease->Fork());
}

void StateStore::Save(StreamHandle handle, SnapshotStore& snapshots, std::string_view name,
                      WhenBorrowed when_borrowed) {
  std::vector<std::byte> snapshot;
  {
    const Lease lease = Borrow(handle, when_borrowed);
    snapshot = lease->Save();
  }
  snapshots.Put(name, snapshot);
}

void StateStore::Restore(StreamHandle handle, const SnapshotStore& snapshots, std::string_view name,
                         WhenBorrowed when_borrowed) {
  const std::vector<std::byte> snapshot = snapshots.Get(name);
  const Lease lease = Borrow(handle, when_borrowed);
  lease->Restore(snapshot, fmt::format("snapshot '{}'", name));
}

std::vector<StreamHandle> StateStore::List() const {
  const std::scoped_lock lock(mutex_);
  std::vector<StreamHandle> handles;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].stream) handles.push_back({static_cast<std::uint32_t>(i), entries_[i].generation});
  }
  return handles;
}

StateStore::Entry& StateStore::Find(StreamHandle handle) {
  const bool exists = handle.index < entries_.size();
  if (exists && entries_[handle.index].stream && entries_[handle.index].generation == handle.generation) {
    return entries_[handle.index];
  }
  throw Error(ErrorKind::kInvalidArgument, fmt::format("{} is closed or was never open", Describe(handle)));
}

void StateStore::GiveBack(StreamHandle handle) {
  {
    const std::scoped_lock lock(mutex_);
    Entry& entry = entries_[handle.index];
    if (entry.generation == handle.generation) entry.borrowed = false;
  }
  given_back_.notify_all();
}

}  // namespace stepwell::state
