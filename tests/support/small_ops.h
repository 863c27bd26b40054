#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/ir/subgraph.h"

// A few ops with OpenVINO's names and just enough of their rules, for tests of what does not care for ops.
namespace stepwell::testing {

struct SmallAdd final : ir::OpOf<SmallAdd> {
  static constexpr std::string_view kName = "Add";
  static constexpr std::string_view kOpset = "opset1";
  std::string auto_broadcast = "numpy";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    inputs.RequireInputs(2);
    return {{inputs.dtype(0), BroadcastShapes(inputs.shape(0), inputs.shape(1))}};
  }
  static void Fields(auto& self, auto& field) { field("auto_broadcast", self.auto_broadcast); }
};

struct SmallRelu final : ir::OpOf<SmallRelu> {
  static constexpr std::string_view kName = "ReLU";
  static constexpr std::string_view kOpset = "opset1";

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    inputs.RequireInputs(1);
    return {inputs.type(0)};
  }
  static void Fields(auto&, auto&) {}
};

// Has a field of every kind; its type is no layer of OpenVINO's.
struct EveryField final : ir::OpOf<EveryField> {
  static constexpr std::string_view kName = "EveryField";
  static constexpr std::string_view kOpset = "opset1";
  bool flag = false;
  std::int64_t integer = 0;
  float number = 0;
  std::string text;
  std::vector<std::int64_t> integers;
  std::vector<std::string> texts;
  DType dtype = DType::kF32;
  Shape shape;

  std::vector<TensorType> Infer(const ir::InferContext& inputs) const override {
    inputs.RequireInputs(0);
    return {{dtype, shape}};
  }
  static void Fields(auto& self, auto& field) {
    field("flag", self.flag);
    field("integer", self.integer);
    field("number", self.number);
    field("text", self.text);
    field("integers", self.integers);
    field("texts", self.texts);
    field("dtype", self.dtype);
    field("shape", self.shape);
  }
};

// Takes types from the body; slices of one element along an axis become a whole of unknown extent.
struct SmallIteratorBase : ir::SubgraphOp {
  std::vector<TensorType> Infer(const ir::InferContext&) const override {
    std::vector<TensorType> types(output_map.size());
    for (const OutputMap& map : output_map) {
      TensorType& type = types.at(static_cast<std::size_t>(map.external_port));
      type = body->value(body->outputs()[static_cast<std::size_t>(map.body_output)].value).type;
      if (map.slicing) type.shape[static_cast<int>(map.slicing->axis)] = kDynamic;
    }
    return types;
  }
};
struct SmallTensorIterator final : ir::OpOf<SmallTensorIterator, SmallIteratorBase> {
  static constexpr std::string_view kName = "TensorIterator";
  static constexpr std::string_view kOpset = "opset1";
  static void Fields(auto&, auto&) {}
};
struct SmallLoop final : ir::OpOf<SmallLoop, SmallIteratorBase> {
  static constexpr std::string_view kName = "Loop";
  static constexpr std::string_view kOpset = "opset5";
  static void Fields(auto&, auto&) {}
};

template <class... Ops>
std::shared_ptr<ir::Op> MakeOneOf(std::string_view name) {
  std::shared_ptr<ir::Op> op;
  ((name == Ops::kName ? void(op = std::make_shared<Ops>()) : void()), ...);
  return op;
}

// An ir::OpFactory.
inline std::shared_ptr<ir::Op> MakeSmallOp(std::string_view name) {
  return MakeOneOf<SmallAdd, SmallRelu, EveryField, SmallTensorIterator, SmallLoop>(name);
}

}  // namespace stepwell::testing
