#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/converter/mo_options.h"
#include "stepwell/converter/preprocess/preprocess_options.h"
#include "stepwell/converter/source/load_source.h"
#include "stepwell/converter/transforms/transform_options.h"
#include "stepwell/ir/graph.h"

namespace stepwell::converter {

// How far a conversion is: `done` of 0 to 1 within a stage.
struct ConvertProgress {
  std::string_view stage;  // "reading", "importing", "folding", "freeing shapes", "compressing"
  double done = 0;
};

// What `stepwell convert` is told; the meaning of the fields is that of mo's flags, see mo_options.h. Without inputs,
// outputs and states the graph's own are found.
struct ConvertOptions {
  // Whether batch and frames stay free where the user does not fix them.
  enum class Shapes : std::uint8_t { kFree, kStatic };
  enum class Weights : std::uint8_t { kAsStored, kF16 };
  // kStructure: variables stay inputs, marked as such (ir/structure.h).
  enum class Variables : std::uint8_t { kValues, kStructure };

  SourceOptions source = {};
  std::string signature = {};                     // of a SavedModel; empty: see source/signature.h
  std::vector<InputRequest> inputs = {};          // --input
  std::vector<Shape> input_shapes = {};           // --input_shape, for `inputs` in order
  std::vector<FreezeRequest> freezes = {};        // --freeze_placeholder_with_value
  std::vector<TensorRequest> outputs = {};        // --output
  std::optional<std::int64_t> batch = {};         // --batch
  Shapes shapes = Shapes::kFree;                  // --static_shape: kStatic
  StateRequests states = {};                      // --states
  std::map<std::string, std::string> roles = {};  // --role: ROLE -> name of an input or output
  std::string model_name = {};                    // --model_name; empty: the stem of the source's path
  Weights weights = Weights::kAsStored;           // --compress_to_fp16: kF16
  Variables variables = Variables::kValues;
  Preprocessing preprocessing = {};   // --mean_values, --scale_values, --scale, --layout, …
  TransformRequests transforms = {};  // --transform
  // Called from the converting thread; may be empty.
  std::function<void(const ConvertProgress&)> progress = {};
};

struct ConvertResult {
  ir::Graph graph;
  SourceKind kind = SourceKind::kGraphDef;
  std::filesystem::path path;         // LoadedSource::path
  std::vector<std::string> warnings;  // one line each, for people
};

// Reads a source and makes it a pure function from inputs and states to outputs and next states. Weights stay slices of
// the mapped files wherever nothing is computed from them. Throws Error; nothing is written and nothing printed. IR
// (.xml) is taken as it is (annotate_ir.h).
ConvertResult Convert(const ConvertOptions& options);
// The same for a source that is already read; `options.source` does not count.
ConvertResult Convert(const LoadedSource& source, const ConvertOptions& options);

}  // namespace stepwell::converter
