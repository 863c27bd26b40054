#pragma once

#include <string>

#include "stepwell/converter/preprocess/preprocess_options.h"
#include "stepwell/converter/transforms/transform_options.h"

namespace CLI {
class App;
}

namespace stepwell::cli {

// mo's flags that change what a converted model is fed or how it keeps its state.
class PreprocessFlags {
 public:
  void AddTo(CLI::App& command);

  // The first of the flags that was given; empty without any.
  std::string FirstGiven() const;
  // Throw Error where a value cannot be read.
  converter::Preprocessing Preprocessing() const;
  converter::TransformRequests Transforms() const { return converter::ParseTransforms(transforms_); }

 private:
  std::string mean_values_;
  std::string scale_values_;
  std::string scale_;
  std::string layout_;
  std::string source_layout_;
  std::string target_layout_;
  std::string transforms_;
  bool reverses_channels_ = false;
};

}  // namespace stepwell::cli
