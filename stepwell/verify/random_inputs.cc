#include "stepwell/verify/random_inputs.h"

#include <algorithm>

#include "stepwell/ir/roles.h"

namespace stepwell::verify {
namespace {

bool HasRole(const ir::Graph& graph, const ir::Input& input, std::string_view role) {
  const auto found = graph.roles().find(std::string(role));
  return found != graph.roles().end() && found->second == input.name;
}

// The generator's own bits, so that every platform draws the same numbers.
std::int64_t Below(std::int64_t bound, std::mt19937_64& random) {
  return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
}

float BetweenMinusOneAndOne(std::mt19937_64& random) {
  constexpr int kBits = 24;
  return static_cast<float>(random() >> (64 - kBits)) / static_cast<float>(1 << (kBits - 1)) - 1.0F;
}

template <class T, class Draw>
void Fill(Tensor& tensor, Draw&& draw) {
  for (T& element : tensor.as<T>()) element = static_cast<T>(draw());
}

void FillIntegers(Tensor& tensor, std::int64_t bound, std::mt19937_64& random) {
  const auto draw = [&] { return Below(bound, random); };
  switch (tensor.type().dtype) {
    case DType::kI32:
      return Fill<std::int32_t>(tensor, draw);
    case DType::kI64:
      return Fill<std::int64_t>(tensor, draw);
    case DType::kU8:
      return Fill<std::uint8_t>(tensor, draw);
    case DType::kBool:
      return Fill<std::uint8_t>(tensor, [&] { return Below(2, random); });
    default:
      throw Error(ErrorKind::kUnsupported, "no random content is known for an input of type " + ToText(tensor.type()));
  }
}

// One more than the largest number that may be drawn.
std::int64_t BoundFor(const ir::Graph& graph, const ir::Input& input, Dim frames) {
  constexpr std::int64_t kSmall = 5;
  constexpr std::int64_t kByteValues = 256;
  if (HasRole(graph, input, ir::kRoleLengths)) return frames + 1;
  const bool characters =
      HasRole(graph, input, ir::kRoleCharacters) || HasRole(graph, input, ir::kRoleUniqueCharacters);
  return characters ? kByteValues : kSmall;
}

}  // namespace

Shape ShapeInCall(const ir::Graph& graph, const ir::Input& input, const CallShape& call) {
  const Shape& declared = graph.value(input.value).type.shape;
  Shape shape = input.default_shape;
  const auto set = [&](int axis, const std::optional<Dim>& extent) {
    if (extent && axis < declared.rank() && declared[axis] == kDynamic) shape[axis] = *extent;
  };
  set(0, call.batch);
  set(1, call.frames);
  return shape;
}

Dim FramesOf(const ir::Graph& graph, const CallShape& call) {
  for (const ir::Input& input : graph.inputs()) {
    if (!HasRole(graph, input, ir::kRoleFeatures)) continue;
    const Shape shape = ShapeInCall(graph, input, call);
    if (shape.rank() > 1) return shape[1];
  }
  return 1;
}

Tensor RandomInput(const ir::Graph& graph, const ir::Input& input, const Shape& shape, Dim frames,
                   std::mt19937_64& random) {
  Tensor tensor({graph.value(input.value).type.dtype, shape});
  if (tensor.type().dtype == DType::kF32) {
    Fill<float>(tensor, [&] { return BetweenMinusOneAndOne(random); });
  } else {
    FillIntegers(tensor, BoundFor(graph, input, frames), random);
  }
  return tensor;
}

Tensor FullInput(const ir::Graph& graph, const ir::Input& input, const Shape& shape, Dim frames,
                 std::mt19937_64& random) {
  Tensor tensor = RandomInput(graph, input, shape, frames, random);
  if (HasRole(graph, input, ir::kRoleLengths) && tensor.type().dtype == DType::kI32) {
    Fill<std::int32_t>(tensor, [&] { return frames; });
  }
  return tensor;
}

}  // namespace stepwell::verify
