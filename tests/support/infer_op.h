#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/ir/op.h"
#include "tests/support/message_of.h"

// What ops infer of inputs that tests describe.
namespace stepwell::testing {

// An input: a type alone, a constant, or integers of which some are known.
struct Described {
  TensorType type;
  std::optional<ir::ConstantData> constant = {};
  std::optional<ir::PartialInts> ints = {};
};

inline Described Typed(const Shape& shape, DType dtype = DType::kF32) { return {{dtype, shape}}; }
inline Described Ints(const std::vector<std::int64_t>& values) {
  const Shape shape{static_cast<Dim>(values.size())};
  return {{DType::kI64, shape}, ir::ConstantData::OfInts(shape, values)};
}
inline Described Int(std::int64_t value) {
  return {{DType::kI64, {}}, ir::ConstantData::OfInts({}, std::span(&value, 1))};
}
inline Described SomeInts(const ir::PartialInts& ints) {
  return {{DType::kI64, {static_cast<Dim>(ints.size())}}, std::nullopt, ints};
}
inline Described UnknownInts(Dim count) { return Typed({count}, DType::kI64); }

// Calls body(context) with what is described.
template <class Body>
auto WithContext(std::initializer_list<Described> inputs, const Body& body) {
  std::vector<ir::InferContext::InputFacts> facts;
  for (const Described& input : inputs) {
    facts.push_back({input.type, input.constant ? &*input.constant : nullptr, input.ints ? &*input.ints : nullptr});
  }
  return body(ir::InferContext(facts));
}

inline std::vector<std::string> InferredTypes(const ir::Op& op, std::initializer_list<Described> inputs) {
  return WithContext(inputs, [&](const ir::InferContext& context) {
    std::vector<std::string> types;
    for (const TensorType& type : op.Infer(context)) types.push_back(ToText(type));
    return types;
  });
}

// "f32[2,?]" of output 0.
inline std::string Inferred(const ir::Op& op, std::initializer_list<Described> inputs) {
  return InferredTypes(op, inputs).at(0);
}

// What is known of output 0's elements, "2 ? 3", or "nothing".
inline std::string InferredInts(const ir::Op& op, std::initializer_list<Described> inputs) {
  return WithContext(inputs, [&](const ir::InferContext& context) {
    const auto ints = op.InferInts(context);
    if (!ints) return std::string("nothing");
    std::string text;
    for (const auto& element : *ints) {
      if (!text.empty()) text += ' ';
      text += element ? std::to_string(*element) : "?";
    }
    return text;
  });
}

// The message of the error that inferring ends in.
inline std::string InferError(const ir::Op& op, std::initializer_list<Described> inputs) {
  return MessageOf([&] { InferredTypes(op, inputs); });
}

}  // namespace stepwell::testing
