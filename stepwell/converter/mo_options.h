#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stepwell/base/dtype.h"
#include "stepwell/base/shape.h"
#include "stepwell/converter/literal.h"

// The values of mo's flags (openvino-dev 2024.6, `mo --help`), parsed. No parser looks at a graph; each throws
// Error(kInvalidArgument) that names the flag and shows the piece it cannot read.
namespace stepwell::converter {

// A tensor as a user names it: "name", "name:1" (output port 1 of the node) or "0:name" (what enters its input port 0).
struct TensorRequest {
  std::string text;  // as it was written, without shape, type and value
  std::string node;
  std::optional<int> output_port;
  std::optional<int> input_port;

  friend bool operator==(const TensorRequest&, const TensorRequest&) = default;
};

// One piece of --input: "name:port[shape]{dtype}->value"; shape and dtype in either order, each optional.
struct InputRequest {
  TensorRequest tensor;
  std::optional<Shape> shape;  // kDynamic where the user leaves a dimension open
  std::optional<DType> dtype;
  std::optional<Literal> value;  // the tensor becomes this constant and no input
};

// One piece of --freeze_placeholder_with_value: "name->value".
struct FreezeRequest {
  TensorRequest tensor;
  Literal value;
};

// What --states says. kFind pairs every input that is a state with the output that holds its next value.
struct StateRequests {
  enum class Mode : std::uint8_t { kFind, kNone, kNamed };
  struct Pair {
    std::string input;
    std::string output;
    friend bool operator==(const Pair&, const Pair&) = default;
  };

  Mode mode = Mode::kFind;
  std::vector<Pair> pairs;  // kNamed
};

TensorRequest ParseTensorRequest(std::string_view text, std::string_view flag);

// --input "0:a[3,4],b:1[2]{i32}->[20,15],c"
std::vector<InputRequest> ParseInputs(std::string_view text);
// --input_shape "[1,16,19,26],(1,2048)"
std::vector<Shape> ParseInputShapes(std::string_view text);
// --output "logits,a/b:1"
std::vector<TensorRequest> ParseOutputs(std::string_view text);
// --freeze_placeholder_with_value "lengths->[16],is_training->False"
std::vector<FreezeRequest> ParseFreezes(std::string_view text);
// --batch 4
std::int64_t ParseBatch(std::string_view text);
// --states "IN=OUT,IN2=OUT2" or "none"
StateRequests ParseStates(std::string_view text);
// --role ROLE=NAME, given once or several times: adds to `roles`.
void ParseRole(std::string_view text, std::map<std::string, std::string>& roles);

// "f32", "float32", "int32", "boolean" …; nothing for another word.
std::optional<DType> ParseDType(std::string_view text);

}  // namespace stepwell::converter
