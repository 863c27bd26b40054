#include "stepwell/view/box_class.h"

#include <algorithm>
#include <array>

namespace stepwell::view {
namespace {

constexpr std::array<std::string_view, 14> kProducts = {
    "MatMul",   "Convolution",  "GroupConvolution", "ConvolutionBackpropData",
    "LSTMCell", "LSTMSequence", "GRUCell",          "GRUSequence",
    "RNNCell",  "RNNSequence",  "TensorIterator",   "FusedMatMul",
    "Einsum",   "Loop"};
constexpr std::array<std::string_view, 20> kActivations = {
    "ReLU",       "Sigmoid", "Tanh",     "SoftMax",     "Softmax",
    "LogSoftmax", "Gelu",    "MVN",      "Elu",         "Selu",
    "PRelu",      "PReLU",   "Swish",    "Mish",        "Clamp",
    "SoftPlus",   "HSwish",  "HSigmoid", "HardSigmoid", "BatchNormInference"};
constexpr std::array<std::string_view, 24> kShapes = {
    "Reshape",        "Transpose", "Squeeze",  "Unsqueeze", "Concat",        "Split",
    "VariadicSplit",  "Gather",    "GatherND", "Slice",     "StridedSlice",  "ShapeOf",
    "Broadcast",      "Convert",   "Pad",      "Tile",      "ConvertLike",   "Range",
    "GatherElements", "OneHot",    "Reverse",  "Select",    "ScatterUpdate", "ScatterNDUpdate"};

template <class Names>
bool Holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view ClassOfOp(std::string_view op) {
  if (Holds(kProducts, op)) return "product";
  if (Holds(kActivations, op)) return "activation";
  return Holds(kShapes, op) ? "shape" : "plain";
}

}  // namespace

std::string_view ClassOf(const Box& box) {
  if (box.is_state) return "state";
  switch (box.kind) {
    case Box::Kind::kScope:
      return "scope";
    case Box::Kind::kBody:
      return "body";
    case Box::Kind::kWeight:
      return "weight";
    case Box::Kind::kInput:
      return "input";
    case Box::Kind::kOutput:
      return "output";
    case Box::Kind::kOp:
      break;
  }
  return ClassOfOp(box.node->op->name());
}

}  // namespace stepwell::view
