#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/base/tensor.h"
#include "stepwell/runtime/loaded_model.h"

namespace stepwell::cli {

struct NamedArray {
  std::string name;  // any name the model has for it
  Tensor values;
  std::string file = {};  // where it was read, for messages
};

struct RunRequest {
  enum class Calls : std::uint8_t {
    kOne,          // arrays are what one call takes
    kLeadingAxis,  // axis 0 of each array is the calls, except for states
  };
  struct SnapshotFile {
    std::string path;
    SharedBytes bytes;
  };

  std::vector<NamedArray> inputs;  // states among them set the state before the first call
  Calls calls = Calls::kOne;
  std::optional<SnapshotFile> snapshot;  // where to go on
};

struct LeftOutOutput {
  std::string name;
  std::vector<std::string> missing_inputs;
};

struct RunResult {
  std::int64_t calls = 0;
  std::vector<NamedArray> outputs;
  std::vector<LeftOutOutput> left_out;
  std::vector<std::byte> snapshot;  // of the stream after the last call
};

// Runs a model over arrays with its state carried, and gives all outputs for which the inputs suffice. Element types
// are converted where no value changes. Throws Error naming the input that does not exist or does not fit, with what
// was expected and what found.
RunResult RunCalls(const runtime::LoadedModel& model, const RunRequest& request,
                   const std::function<void(double)>& progress);

}  // namespace stepwell::cli
