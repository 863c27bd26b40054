#pragma once

#include <random>

#include "stepwell/base/tensor.h"

// Tensors for tests, the same in every run.
namespace stepwell::testing {

using Random = std::mt19937;

inline std::int64_t RandomInt(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

inline Shape RandomShape(Random& random, int rank, Dim most) {
  Shape shape;
  for (int axis = 0; axis < rank; ++axis) shape.Append(RandomInt(random, 1, most));
  return shape;
}

// A shape that broadcasts to `shape`: leading axes left out, some of the others 1.
inline Shape RandomOperandOf(Random& random, const Shape& shape) {
  const int rank = static_cast<int>(RandomInt(random, 0, shape.rank()));
  Shape operand(shape.dims().last(AsSize(rank)));
  for (int axis = 0; axis < rank; ++axis) {
    if (RandomInt(random, 0, 2) == 0) operand[axis] = 1;
  }
  return operand;
}

inline Tensor RandomFloats(Random& random, const Shape& shape, double low = -3, double high = 3) {
  Tensor tensor({DType::kF32, shape});
  std::uniform_real_distribution<double> distribution(low, high);
  for (float& element : tensor.as<float>()) element = static_cast<float>(distribution(random));
  return tensor;
}

}  // namespace stepwell::testing
