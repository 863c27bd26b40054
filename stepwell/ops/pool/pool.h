#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/ir/op.h"
#include "stepwell/ir/versioned_op.h"
#include "stepwell/ops/conv/window.h"

namespace stepwell::ops::pool {

// A window of `extents` taps; the attributes that OpenVINO's poolings share.
struct PoolWindow {
  conv::Window window = {};
  std::vector<std::int64_t> extents = {};  // one a spatial axis

  void Fields(auto& field) { Walk(*this, field); }
  void Fields(auto& field) const { Walk(*this, field); }

 private:
  static void Walk(auto& self, auto& field) {
    field("strides", self.window.strides);
    field("pads_begin", self.window.pads_begin);
    field("pads_end", self.window.pads_end);
    field("kernel", self.extents);
    ir::EnumField(field, "rounding_type", self.window.rounding, conv::kRoundingNames);
    ir::EnumField(field, "auto_pad", self.window.auto_pad, conv::kAutoPadNames);
  }
};

// The largest element of each window over x [batch, channels, spatial...]. OpenVINO's MaxPool: opset1, or opset8 with
// `index_type`, whose second output says where in x, its axes from `axis` on flattened, that element stands; opset14
// with rounding "ceil_torch".
struct MaxPool final : ir::OpOf<MaxPool> {
  static constexpr std::string_view kName = "MaxPool";
  static constexpr std::string_view kOpset = "opset1";

  PoolWindow pool;
  std::string index_type = "";  // "i32" or "i64"; empty: opset1
  std::int64_t axis = 0;

  bool has_indices() const { return !index_type.empty(); }
  std::string_view opset() const override {
    if (pool.window.rounding == conv::Rounding::kCeilTorch) return "opset14";
    return has_indices() ? "opset8" : kOpset;
  }
  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    self.pool.Fields(field);
    // What only opset8 has shows which one a file means.
    if (std::is_const_v<std::remove_reference_t<decltype(self)>> && !self.has_indices()) return;
    field("dilations", self.pool.window.dilations);
    field("index_element_type", self.index_type);
    field("axis", self.axis);
  }
};

// The mean of each window over x [batch, channels, spatial...]. OpenVINO's AvgPool-1; opset14 with rounding
// "ceil_torch", and opset16 with dilations.
struct AvgPool final : ir::OpOf<AvgPool>, ir::VersionedOp {
  static constexpr std::string_view kName = "AvgPool";
  static constexpr std::string_view kOpset = "opset1";

  PoolWindow pool;
  // Whether what lies outside of x does not count; else it counts as zeros, but where there are no pads at all.
  bool exclude_pad = true;

  bool has_dilations = false;  // opset16

  void SetOpset(std::string_view opset) override { has_dilations = opset == "opset16"; }
  std::string_view opset() const override {
    if (has_dilations) return "opset16";
    return pool.window.rounding == conv::Rounding::kCeilTorch ? "opset14" : kOpset;
  }
  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    self.pool.Fields(field);
    field("exclude-pad", self.exclude_pad);
    if (self.has_dilations) field("dilations", self.pool.window.dilations);
  }
};

// A pooling of images x [batch, height, width, channels]. Exists in plans only, never in files.
struct ImagePool final : ir::OpOf<ImagePool> {
  static constexpr std::string_view kName = "ImagePool";
  static constexpr std::string_view kOpset = "stepwell";

  enum class Function : std::uint8_t { kMax, kMean, kMeanWithPads };

  PoolWindow pool;
  Function function = Function::kMax;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override;
  static void Fields(auto& self, auto& field) {
    static constexpr std::array<std::string_view, 3> kFunctions = {"max", "mean", "mean_with_pads"};
    self.pool.Fields(field);
    ir::EnumField(field, "function", self.function, kFunctions);
    field("dilations", self.pool.window.dilations);
  }
};

}  // namespace stepwell::ops::pool
