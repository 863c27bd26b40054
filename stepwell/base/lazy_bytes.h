#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "stepwell/base/function_ref.h"
#include "stepwell/base/memory.h"

namespace stepwell {

// Bytes that nobody holds: they are made, anew, each time they are asked for, from what lies in files. Immutable; any
// thread may ask.
class ByteSource {
 public:
  using Take = FunctionRef<void(std::span<const std::byte>)>;

  virtual ~ByteSource() = default;
  virtual std::size_t size() const = 0;
  // How many bytes are read and made to make them all; what is large should not be made often.
  virtual std::size_t work() const = 0;
  // Gives all bytes in order, in pieces of whole elements that are gone when `take` returns. Holds as few as it can.
  virtual void Stream(Take take) const = 0;
  // All bytes at once, owned by the result.
  virtual SharedBytes Make() const;
};

// Read-only bytes that are held by somebody (a mapped file, a buffer) or come from a ByteSource. Cheap to copy.
class LazyBytes {
 public:
  using Take = ByteSource::Take;

  LazyBytes() = default;
  LazyBytes(SharedBytes held) : held_(std::move(held)) {}  // NOLINT(google-explicit-constructor)
  explicit LazyBytes(std::shared_ptr<const ByteSource> source) : source_(std::move(source)) {}

  std::size_t size() const { return source_ == nullptr ? held_.size() : source_->size(); }
  bool is_held() const { return source_ == nullptr; }
  // What makes them; null where they are held.
  const std::shared_ptr<const ByteSource>& source() const { return source_; }
  // As in ByteSource: what it takes to have them all.
  std::size_t work() const { return source_ == nullptr ? held_.size() : source_->work(); }
  // Copies of one LazyBytes have one origin; bytes of the same origin and size are the same.
  const void* origin() const { return source_ == nullptr ? held_.data() : static_cast<const void*>(source_.get()); }

  // All bytes; those that were made live as long as the result: keep it while they are read.
  SharedBytes Get() const { return source_ == nullptr ? held_ : source_->Make(); }
  // All bytes in order, in pieces of a few hundred kilobytes, of whole elements. Gives the pages of a mapped file back
  // as it goes.
  void Stream(Take take) const;
  // As SharedBytes says; nothing for bytes that are not held.
  void ReleasePages() const { held_.ReleasePages(); }

 private:
  SharedBytes held_;
  std::shared_ptr<const ByteSource> source_;
};

}  // namespace stepwell
