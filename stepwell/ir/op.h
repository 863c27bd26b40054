#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "stepwell/base/tensor.h"
#include "stepwell/ir/constant_data.h"
#include "stepwell/ir/fields.h"

namespace stepwell::ir {

// What is known of a small integer tensor (a shape, an axis) while types are inferred: each element or nothing.
using PartialInts = std::vector<std::optional<std::int64_t>>;

// What an op may ask about its inputs while it infers its outputs. Dimensions may be dynamic, ranks unknown.
class InferContext {
 public:
  struct InputFacts {
    TensorType type;
    const ConstantData* constant = nullptr;     // null unless the input is a constant
    const PartialInts* partial_ints = nullptr;  // null unless something is known of its elements
  };

  explicit InferContext(std::span<const InputFacts> inputs) : inputs_(inputs) {}

  int size() const { return static_cast<int>(inputs_.size()); }
  bool has(int input) const { return input < size(); }
  const TensorType& type(int input) const { return At(input).type; }
  const Shape& shape(int input) const { return At(input).type.shape; }
  DType dtype(int input) const { return At(input).type.dtype; }
  const ConstantData* constant(int input) const { return At(input).constant; }

  // The elements of an integer input where all are known; a scalar counts as one element.
  std::optional<std::vector<std::int64_t>> ints(int input) const;
  // The elements where some are known; nothing where not even their number is.
  std::optional<PartialInts> partial_ints(int input) const;

  // Throws Error(kInvalidModel) saying how many inputs were expected, unless size() lies within [least, most].
  void RequireInputs(int least, int most) const;
  void RequireInputs(int exactly) const { RequireInputs(exactly, exactly); }

 private:
  const InputFacts& At(int input) const;

  std::span<const InputFacts> inputs_;
};

// What a node computes: plain fields plus the rule for the types of its outputs. Immutable once it is in a Graph.
class Op {
 public:
  virtual ~Op() = default;

  // The type and opset of the layer in IR, e.g. "MatMul", "opset1".
  virtual std::string_view name() const = 0;
  virtual std::string_view opset() const = 0;

  // Types of the outputs, or Error(kInvalidModel) that says what was expected and what was found.
  virtual std::vector<TensorType> Infer(const InferContext& inputs) const = 0;
  // For ops that compute shapes (ShapeOf, Concat, Gather …): what is known of output 0's elements.
  virtual std::optional<PartialInts> InferInts(const InferContext&) const { return std::nullopt; }

  // Output 0 has the same bytes as input 0, only its shape differs: a plan makes it a view, not a copy.
  virtual bool IsView() const { return false; }

  virtual void Read(FieldReader& field) = 0;
  virtual void Write(FieldWriter& field) const = 0;
};

// Completes an op from its `kName`, `kOpset` and `Fields`, the one list of attributes that the XML reader, the XML
// writer and the dump all walk.
template <class Self, class Base = Op>
class OpOf : public Base {
 public:
  std::string_view name() const override { return Self::kName; }
  std::string_view opset() const override { return Self::kOpset; }
  void Read(FieldReader& field) override { Self::Fields(static_cast<Self&>(*this), field); }
  void Write(FieldWriter& field) const override { Self::Fields(static_cast<const Self&>(*this), field); }
};

// Makes the op for a layer type read from a file; nothing when the type is unknown.
using OpFactory = std::shared_ptr<Op> (*)(std::string_view name);

// The op as a `T`, or null when it is another one.
template <class T>
const T* As(const Op& op) {
  return dynamic_cast<const T*>(&op);
}

// A constant is a node without inputs.
struct Constant final : OpOf<Constant> {
  static constexpr std::string_view kName = "Const";
  static constexpr std::string_view kOpset = "opset1";

  Constant() = default;
  explicit Constant(ConstantData value) : data(std::move(value)) {}
  ConstantData data;

  std::vector<TensorType> Infer(const InferContext&) const override { return {data.type}; }
  static void Fields(auto&, auto&) {}  // the file writes offset and size, which only it knows
};

}  // namespace stepwell::ir
