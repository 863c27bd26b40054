#pragma once

#include "stepwell/ir/op.h"

namespace stepwell::ops::order {

// Turns some axes around. Inputs: data; the axes, as integers (mode "index", counted from the end where negative) or
// as one boolean an axis of data (mode "mask"). OpenVINO's Reverse-1.
struct Reverse final : ir::OpOf<Reverse> {
  static constexpr std::string_view kName = "Reverse";
  static constexpr std::string_view kOpset = "opset1";

  enum class Mode : std::uint8_t { kIndex, kMask };
  Mode mode = Mode::kIndex;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    static constexpr std::string_view kModes[] = {"index", "mask"};
    ir::EnumField(field, "mode", self.mode, std::span(kModes));
  }
};

// Turns the first lengths[b] elements of each row b of an axis around and leaves the rest. Inputs: data; lengths,
// integers [extent of batch_axis]. OpenVINO's ReverseSequence-1.
struct ReverseSequence final : ir::OpOf<ReverseSequence> {
  static constexpr std::string_view kName = "ReverseSequence";
  static constexpr std::string_view kOpset = "opset1";

  std::int64_t batch_axis = 0;
  std::int64_t seq_axis = 1;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    field("batch_axis", self.batch_axis);
    field("seq_axis", self.seq_axis);
  }
};

}  // namespace stepwell::ops::order
