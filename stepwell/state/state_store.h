#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/state/snapshot_store.h"
#include "stepwell/state/stream.h"

namespace stepwell::state {

// Names an open stream. A number is never given twice, so the handle of a closed stream stays invalid.
struct StreamHandle {
  std::uint32_t index = 0;
  std::uint64_t generation = 0;
  friend bool operator==(const StreamHandle&, const StreamHandle&) = default;
};

// What Borrow does when another owner has the stream. An owner that waits for itself waits for ever.
enum class WhenBorrowed : std::uint8_t { kFail, kWait };

// The open streams of a program. Each has one owner at a time. Thread-safe; must outlive its leases.
class StateStore {
 public:
  // Owning a stream until it is destroyed. Movable; used by one thread at a time.
  class Lease {
   public:
    Lease(Lease&& other) noexcept : store_(other.store_), stream_(other.stream_), handle_(other.handle_) {
      other.store_ = nullptr;
    }
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    Stream& operator*() const { return *stream_; }
    Stream* operator->() const { return stream_; }
    StreamHandle handle() const { return handle_; }

   private:
    friend class StateStore;
    Lease(StateStore* store, Stream* stream, StreamHandle handle) : store_(store), stream_(stream), handle_(handle) {}

    StateStore* store_;
    Stream* stream_;
    StreamHandle handle_;
  };

  StreamHandle Open(Stream stream);
  // Throws Error(kInvalidArgument) when the stream is closed, or another owner has it (kFail).
  Lease Borrow(StreamHandle handle, WhenBorrowed when_borrowed = WhenBorrowed::kFail);
  // The stream is gone and its handle invalid. The rest borrow the stream and throw as Borrow does.
  void Close(StreamHandle handle, WhenBorrowed when_borrowed = WhenBorrowed::kFail);
  StreamHandle Fork(StreamHandle handle, WhenBorrowed when_borrowed = WhenBorrowed::kFail);
  void Save(StreamHandle handle, SnapshotStore& snapshots, std::string_view name,
            WhenBorrowed when_borrowed = WhenBorrowed::kFail);
  void Restore(StreamHandle handle, const SnapshotStore& snapshots, std::string_view name,
               WhenBorrowed when_borrowed = WhenBorrowed::kFail);

  std::vector<StreamHandle> List() const;

 private:
  struct Entry {
    std::uint64_t generation = 0;
    bool borrowed = false;
    std::unique_ptr<Stream> stream;  // null: free to be used again
  };

  Entry& Find(StreamHandle handle);
  void GiveBack(StreamHandle handle);

  mutable std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
};

}  // namespace stepwell::state
