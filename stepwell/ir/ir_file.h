#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "stepwell/ir/graph.h"

// OpenVINO's IR: `model.xml` with the graph and `model.bin` beside it with the constants. docs/ir.md describes what
// this library adds to it.
namespace stepwell::ir {

// Reads IR of version 10 or 11. `factory` makes the ops (ops::MakeOp). The `.bin` beside the file is mapped and stays
// mapped while any constant of the graph lives: constants are slices of it, and two layers of one slice share one
// identity. ReadValue and Assign become states. Both files are hostile: every size, name and edge is checked.
// Throws Error that names the file, the layer, what was expected and what was found: kIo, kInvalidModel, or
// kUnsupported with all unknown layer types at once and their counts.
struct ReadIrOptions {
  enum class Weights : std::uint8_t {
    kRequired,
    // Without the `.bin`, the layers become DeclaredLayers (ir/declared_layer.h): a graph to look at, not to run.
    kMayBeMissing,
  };
  Weights weights = Weights::kRequired;
};
Graph ReadIr(const std::filesystem::path& xml, OpFactory factory, const ReadIrOptions& options = {});

struct WriteIrResult {
  std::filesystem::path xml;
  std::filesystem::path bin;
  std::size_t xml_bytes = 0;
  std::size_t bin_bytes = 0;
};

struct WriteIrOptions {
  enum class Constants : std::uint8_t {
    kShared,    // constants with the same bytes are stored once
    kSeparate,  // only constants that are the same bytes in memory are
  };
  Constants constants = Constants::kShared;
  // Called as the `.bin` grows, with the bytes that it has. May be empty.
  using Progress = std::function<void(std::size_t bytes_written)>;
  Progress progress = {};
};

// Writes the graph as IR version 11, states in the graph's state form. Deterministic: equal graphs give equal bytes,
// and reading and writing a file of ours gives the same bytes again. Each file appears whole or not at all, the `.bin`
// first. The pages of mapped constants are released as they are written.
// Throws Error(kInvalidArgument) when `xml` does not end in ".xml" or the graph holds an op that no file can say, and
// Error(kIo).
WriteIrResult WriteIr(const Graph& graph, const std::filesystem::path& xml, const WriteIrOptions& options = {});

}  // namespace stepwell::ir
