#pragma once

#include <optional>

#include "stepwell/ir/op.h"

namespace stepwell::ops::space {

// How axes are cut into blocks: the axes of one batch, each `blocks[axis]` times longer than those of the small tensor,
// begin `begins[axis]` elements before the first and end `ends[axis]` behind the last that is there.
struct BlockSizes {
  std::vector<std::int64_t> blocks;
  std::vector<std::int64_t> begins;
  std::vector<std::int64_t> ends;

  // Throws Error(kInvalidModel) unless there is one entry an axis, blocks are positive, that of the batch is 1 and
  // nothing is negative.
  void RequireFits(int rank) const;
  std::int64_t num_blocks() const;  // their product; throws Error(kInvalidModel) where it overflows
};

// Surrounds data with zeros, by pads_begin and pads_end, cuts its axes into blocks and puts the elements at one place
// of every block side by side; each place becomes a batch of its own. Inputs: data [batch, …], block_shape, pads_begin,
// pads_end (integers [rank], the batch's being 1, 0 and 0). OpenVINO's SpaceToBatch-2.
struct SpaceToBatch final : ir::OpOf<SpaceToBatch> {
  static constexpr std::string_view kName = "SpaceToBatch";
  static constexpr std::string_view kOpset = "opset2";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}
};

// The way back: batches become places of blocks, and crops_begin and crops_end are cut off. Inputs: data, block_shape,
// crops_begin, crops_end. OpenVINO's BatchToSpace-2.
struct BatchToSpace final : ir::OpOf<BatchToSpace> {
  static constexpr std::string_view kName = "BatchToSpace";
  static constexpr std::string_view kOpset = "opset2";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto&, auto&) {}
};

}  // namespace stepwell::ops::space
