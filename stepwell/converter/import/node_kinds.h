#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "stepwell/base/tensor.h"
#include "stepwell/converter/source/source_graph.h"

// What the importer has to know of TensorFlow's ops before any of them is rewritten: which ones stand for memory, for
// the caller's data or for mere copies, and what their outputs are. Source of op names and attributes: TensorFlow's op
// registrations (tensorflow/core/ops/*.cc).
namespace stepwell::converter {

bool IsConst(const SourceNode& node);
bool IsPlaceholder(const SourceNode& node);  // what the caller must feed
bool IsVariable(const SourceNode& node);     // Variable, VariableV2, VarHandleOp
// Assign, AssignAdd, AssignSub and their forms for resources: input 0 is the variable, input 1 the value.
bool IsAssign(const SourceNode& node);
// An assign whose new value is its input 1, not a sum or difference.
bool IsPlainAssign(const SourceNode& node);
// Any other op that changes the variable at its input 0 (ScatterUpdate, ApplyAdam …).
bool IsOtherUpdate(const SourceNode& node);
// Output 0 has the value of input 0: Identity, StopGradient, … and PlaceholderWithDefault, whose default is taken
// unless the user makes it an input.
bool IsCopy(const SourceNode& node);
// Output 0 holds the elements of input 0 in the same order: a copy, or one under another shape.
bool IsCopyOrReshape(const SourceNode& node);
// Saves and restores checkpoints; what depends on it does not depend on the caller's data.
bool IsCheckpointOp(const SourceNode& node);
// Gives data from outside of the graph that is no placeholder: an iterator's or a queue's next element.
bool IsDataSource(const SourceNode& node);
// Has an effect and no value to ask for: NoOp, Assert, Assign, summaries, saving.
bool IsEffect(const SourceNode& node);

// The number of elements that it gives is known only when it runs.
bool HasDataDependentShape(const SourceNode& node);

// What becomes of a source op that no import rule rewrites.
enum class Treatment : std::uint8_t { kInput, kConstant, kVariable, kCopy, kUpdate, kLeftOut, kRefused };
struct TreatedOp {
  std::string_view source_op;
  Treatment treatment;
};
// Every op that is treated so by its name, for tables of what can be converted.
std::vector<TreatedOp> TreatedOps();

// The number of outputs, from the op and its attributes; nothing where the op is not known here.
std::optional<int> NumOutputs(const SourceNode& node);
// The type of an output, from the op and its attributes; nothing where it cannot be known or has no type of ours.
std::optional<DType> OutputDType(const SourceNode& node, int port);
// The shape that the graph declares for an output (attributes shape, _output_shapes, output_shapes); an unknown rank
// where it declares none. `producer`: SourceGraph::producer().
Shape DeclaredShape(const SourceNode& node, int port, std::int64_t producer);

}  // namespace stepwell::converter
