#include "stepwell/base/lazy_bytes.h"

#include <algorithm>
#include <cstring>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell {
namespace {

// A multiple of every element's size; stays in a core's cache while one after another reads it.
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

}  // namespace

SharedBytes ByteSource::Make() const {
  AlignedBuffer buffer(size());
  std::size_t filled = 0;
  Stream([&](std::span<const std::byte> piece) {
    STEPWELL_CHECK(piece.size() <= buffer.size() - filled);
    if (!piece.empty()) std::memcpy(buffer.data() + filled, piece.data(), piece.size());
    filled += piece.size();
  });
  STEPWELL_CHECK(filled == buffer.size());
  return SharedBytes::Own(std::move(buffer));
}

void LazyBytes::Stream(Take take) const {
  if (source_ != nullptr) return source_->Stream(take);
  for (std::size_t begin = 0; begin < held_.size(); begin += kPieceBytes) {
    const SharedBytes piece = held_.Slice(begin, std::min(kPieceBytes, held_.size() - begin));
    take(piece.span());
    piece.ReleasePages();
  }
}

}  // namespace stepwell
