#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/ir/graph.h"
#include "stepwell/quantize/weight_error.h"
#include "stepwell/quantize/weight_moments.h"

namespace stepwell::quantize {

enum class WeightFormat : std::uint8_t { kInt8, kInt4, kBf16 };
std::string_view NameOf(WeightFormat format);           // "int8"
std::string_view NameOf(ActivationFormat activations);  // "fp32", as ir::kActivations has it

// Metadata of a graph whose weights were quantised: what was asked for, as "int4" or "int8 in groups of 64" (of several
// times, joined by "; "), and `keep` where there was one.
inline constexpr std::string_view kWeightsMetadata = "weights";
inline constexpr std::string_view kKeptMetadata = "weights_kept";  // beside them, ir::kActivations

// Tensors with fewer elements stay as they are.
inline constexpr std::int64_t kLeastElements = 1024;

struct QuantizeOptions {
  WeightFormat format = WeightFormat::kInt8;
  // How many inputs of an output channel share a scale; 0: all. Where the number of inputs is no multiple of it, the
  // weights become int8 with a scale for each channel. None: 0 for int8; for int4 64, or 32 where 64 does not divide.
  std::optional<std::int64_t> group = {};
  // What products by the weights do with activations. None: kInt8 for int8 and int4, kFp32 for bf16, which allows no
  // other.
  std::optional<ActivationFormat> activations = {};
  // A regular expression (ECMAScript): weights in whose name, or in the name of a node that reads them, it is found
  // stay as they are. Empty: none do.
  std::string keep = {};
  // What is known of what weights are multiplied with: int8 and int4 are then rounded so that products err little
  // (compensated_rounding.h), others to the nearest.
  WeightMoments moments = {};
  // Called with the share that is done, between 0 and 1. May be empty.
  std::function<void(double done)> progress = {};
};

// What became of one tensor of weights.
struct QuantizedLayer {
  std::string name;  // of the constant; in a body, with the loop's name and "/" before it
  Shape shape;
  WeightFormat format = WeightFormat::kInt8;
  std::int64_t group = 0;  // inputs that share a scale; 0: all of a channel's
  ActivationFormat activations = ActivationFormat::kFp32;
  WeightError error;
  std::size_t bytes_before = 0;
  std::size_t bytes_after = 0;  // scales included
};

struct QuantizeResult {
  ir::Graph graph;
  std::vector<QuantizedLayer> layers;  // in the order of the graph
};

// What `options` mean for activations. Throws Error(kInvalidArgument) where the format of the weights does not allow
// it.
ActivationFormat ActivationsOf(const QuantizeOptions& options);

// Stores the weights of a graph, those in the bodies of its loops included, in fewer bits: constants of f32, or of f16
// behind a Convert to f32, that nodes read as weights (weight_uses.h) become what OpenVINO's weight compression writes,
// int8 or int4 -> Convert -> Multiply by scales -> Reshape where there are groups, or bf16 -> Convert; some that would
// lose too much are stored as bf16 whatever was asked for (sensitive_weights.h). The constants of integers say what is
// done with activations (ir::ConstantData::activations). docs/quantize.md has the formulas. Throws
// Error(kInvalidArgument) where no weights are found, for a `keep` that is no regular expression and for int8
// activations with weights of bf16, and
// Error(kInvalidModel) naming the constant where weights are NaN or infinite, or become so.
QuantizeResult Quantize(const ir::Graph& graph, const QuantizeOptions& options);

}  // namespace stepwell::quantize
