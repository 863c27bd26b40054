#include "stepwell/base/packed_blocks.h"

namespace stepwell {
namespace {

class FreshBlocks final : public PackedBlocks {
 public:
  SharedBytes Make(std::size_t bytes, Fill fill) override {
    AlignedBuffer buffer(bytes);
    fill(buffer.span());
    return SharedBytes::Own(std::move(buffer));
  }
};

}  // namespace

PackedBlocks& PackedBlocks::Fresh() {
  static FreshBlocks fresh;
  return fresh;
}

}  // namespace stepwell
