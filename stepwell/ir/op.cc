#include "stepwell/ir/op.h"

#include <fmt/format.h>

namespace stepwell::ir {

const InferContext::InputFacts& InferContext::At(int input) const {
  if (input < 0 || input >= size()) {
    throw Error(ErrorKind::kInvalidModel, fmt::format("input {} is missing; the op has {}", input, size()));
  }
  return inputs_[AsSize(input)];
}

std::optional<std::vector<std::int64_t>> InferContext::ints(int input) const {
  if (const ConstantData* data = constant(input)) return data->Ints();
  const PartialInts* partial = At(input).partial_ints;
  if (partial == nullptr) return std::nullopt;
  std::vector<std::int64_t> values;
  for (const auto& element : *partial) {
    if (!element) return std::nullopt;
    values.push_back(*element);
  }
  return values;
}

std::optional<PartialInts> InferContext::partial_ints(int input) const {
  if (const auto known = ints(input)) return PartialInts(known->begin(), known->end());
  if (const PartialInts* partial = At(input).partial_ints) return *partial;
  const TensorType& found = type(input);
  constexpr Dim kMostElements = 64;
  if (!IsInteger(found.dtype) || !found.shape.is_static() || found.shape.rank() > 1) return std::nullopt;
  if (found.shape.num_elements() > kMostElements) return std::nullopt;
  return PartialInts(AsSize(found.shape.num_elements()));
}

void InferContext::RequireInputs(int least, int most) const {
  if (size() >= least && size() <= most) return;
  const std::string expected = least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
  throw Error(ErrorKind::kInvalidModel, fmt::format("{} inputs were expected and {} found", expected, size()));
}

}  // namespace stepwell::ir
