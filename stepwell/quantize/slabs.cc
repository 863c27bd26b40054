#include "stepwell/quantize/slabs.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "stepwell/base/checked.h"
#include "stepwell/base/error.h"

namespace stepwell::quantize {
namespace {

constexpr std::int64_t kElementsAtOnce = std::int64_t{1} << 20;

bool IsAligned(const SharedBytes& bytes) {
  return reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(float) == 0;
}

std::span<const float> AsFloats(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

void VisitHeld(const SharedBytes& held, std::size_t bytes_at_once, FunctionRef<void(const Slabs&)> visit) {
  for (std::size_t begin = 0; begin < held.size(); begin += bytes_at_once) {
    const SharedBytes piece = held.Slice(begin, std::min(bytes_at_once, held.size() - begin));
    visit({static_cast<std::int64_t>(begin / sizeof(float)), AsFloats(piece.span())});
    piece.ReleasePages();
  }
}

// Joins pieces of any size.
class SlabBuffer {
 public:
  SlabBuffer(std::size_t elements, FunctionRef<void(const Slabs&)> visit) : buffer_(elements), visit_(visit) {}

  void Take(std::span<const std::byte> piece) {
    while (!piece.empty()) {
      const std::span<std::byte> room = std::as_writable_bytes(std::span(buffer_)).subspan(filled_);
      const std::size_t taken = std::min(room.size(), piece.size());
      std::memcpy(room.data(), piece.data(), taken);
      filled_ += taken;
      piece = piece.subspan(taken);
      if (taken == room.size()) Flush();
    }
  }
  void Flush() {
    if (filled_ == 0) return;
    const std::size_t elements = filled_ / sizeof(float);
    visit_({first_, std::span(buffer_).first(elements)});
    first_ += static_cast<std::int64_t>(elements);
    filled_ = 0;
  }

 private:
  std::vector<float> buffer_;
  FunctionRef<void(const Slabs&)> visit_;
  std::int64_t first_ = 0;
  std::size_t filled_ = 0;  // bytes
};

}  // namespace

void ForSlabs(const LazyBytes& weights, std::int64_t slab_elements, FunctionRef<void(const Slabs&)> visit) {
  STEPWELL_CHECK(slab_elements > 0);
  const std::int64_t pairs = std::max<std::int64_t>(1, kElementsAtOnce / slab_elements / 2);
  const auto all = static_cast<std::int64_t>(weights.size() / sizeof(float));
  const std::int64_t at_once = std::min(CheckedMul(2 * pairs, slab_elements), std::max<std::int64_t>(all, 1));
  if (weights.is_held() && IsAligned(weights.Get())) {
    return VisitHeld(weights.Get(), AsSize(at_once) * sizeof(float), visit);
  }
  SlabBuffer buffer(AsSize(at_once), visit);
  weights.Stream([&](std::span<const std::byte> piece) { buffer.Take(piece); });
  buffer.Flush();
}

}  // namespace stepwell::quantize
