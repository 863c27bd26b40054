#include "stepwell/ops/space/space_kernel.h"

#include <cstring>

#include "stepwell/ops/element_bytes.h"
#include "stepwell/ops/site_constants.h"

namespace stepwell::ops::space {
namespace {

// Where the elements of the large tensor [batch, …] stand in the small one [batch * blocks, …].
class BlockPlaces {
 public:
  BlockPlaces(BlockSizes sizes, const Shape& large, const Shape& small)
      : sizes_(std::move(sizes)), large_(large), small_(small) {
    // Innermost axes that nothing happens to are moved in one piece.
    outer_axes_ = large.rank();
    while (outer_axes_ > 1 && IsUntouched(outer_axes_ - 1)) piece_ *= large[--outer_axes_];
  }

  std::int64_t piece() const { return piece_; }
  std::int64_t num_pieces() const { return large_.num_elements() / std::max<std::int64_t>(piece_, 1); }

  // The piece of the small tensor for one of the large tensor.
  std::int64_t SmallPiece(std::int64_t piece) const {
    std::int64_t small = 0;
    std::int64_t stride = 1;
    std::int64_t block = 0;
    std::int64_t block_stride = 1;
    for (int axis = outer_axes_ - 1; axis >= 1; --axis) {
      const std::int64_t blocks = sizes_.blocks[AsSize(axis)];
      const std::int64_t place = piece % large_[axis] + sizes_.begins[AsSize(axis)];
      piece /= large_[axis];
      small += place / blocks * stride;
      stride *= small_[axis];
      block += place % blocks * block_stride;
      block_stride *= blocks;
    }
    return small + (block * large_[0] + piece) * stride;
  }

 private:
  bool IsUntouched(int axis) const {
    const std::size_t i = AsSize(axis);
    return sizes_.blocks[i] == 1 && sizes_.begins[i] == 0 && sizes_.ends[i] == 0;
  }

  BlockSizes sizes_;
  Shape large_;
  Shape small_;
  int outer_axes_ = 0;
  std::int64_t piece_ = 1;
};

enum class Direction : std::uint8_t { kToBatch, kToSpace };

class BlockKernel final : public Kernel {
 public:
  BlockKernel(Direction direction, BlockPlaces places, DType dtype)
      : direction_(direction), places_(std::move(places)), bytes_(ElementBytes(dtype) * AsSize(places_.piece())) {}

  void Run(const KernelArgs& args) const override {
    const std::byte* from = args.inputs[0].data;
    std::byte* to = args.outputs[0].data;
    if (direction_ == Direction::kToBatch) std::memset(to, 0, args.outputs[0].size_bytes());
    for (std::int64_t i = 0; i < places_.num_pieces(); ++i) {
      const std::size_t large = AsSize(i) * bytes_;
      const std::size_t small = AsSize(places_.SmallPiece(i)) * bytes_;
      const bool to_batch = direction_ == Direction::kToBatch;
      std::memcpy(to + (to_batch ? small : large), from + (to_batch ? large : small), bytes_);
    }
  }

  bool ReadsInput(int input) const override { return input == 0; }

 private:
  Direction direction_;
  BlockPlaces places_;
  std::size_t bytes_;
};

std::unique_ptr<const Kernel> MakeBlockKernel(Direction direction, const KernelSite& site) {
  BlockSizes sizes{ConstantInts(site, 1, "the blocks"), ConstantInts(site, 2, "the beginnings"),
                   ConstantInts(site, 3, "the ends")};
  const Shape& in = site.input_types[0].shape;
  const Shape& out = site.output_types[0].shape;
  const bool to_batch = direction == Direction::kToBatch;
  BlockPlaces places(std::move(sizes), to_batch ? in : out, to_batch ? out : in);
  return std::make_unique<BlockKernel>(direction, std::move(places), site.input_types[0].dtype);
}

}  // namespace

std::unique_ptr<const Kernel> MakeSpaceToBatchKernel(const SpaceToBatch&, const KernelSite& site) {
  return MakeBlockKernel(Direction::kToBatch, site);
}

std::unique_ptr<const Kernel> MakeBatchToSpaceKernel(const BatchToSpace&, const KernelSite& site) {
  return MakeBlockKernel(Direction::kToSpace, site);
}

}  // namespace stepwell::ops::space
