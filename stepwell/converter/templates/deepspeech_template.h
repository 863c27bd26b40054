#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "stepwell/converter/source/checkpoint.h"
#include "stepwell/converter/source/source_graph.h"

namespace stepwell::converter {

// The sizes of DeepSpeech 0.6 - 0.9's network (deepspeech_geometry in training/deepspeech_training/train.py).
struct DeepSpeechShape {
  std::int64_t cells = 2048;
  std::int64_t classes = 29;       // labels and the blank
  std::int64_t coefficients = 26;  // MFCCs of one frame
  std::int64_t context = 9;        // frames on either side of the one that is recognised
  std::int64_t frames = 16;        // of one call
};

// Gives the value of a variable by the name and the shape it has in the training graph.
using VariableSource = std::function<SourceTensor(const std::string& name, const Shape& shape)>;

// The dense layer (1, 2, 3, 5 or 6) whose bias the variable is; none for other variables.
std::optional<int> DeepSpeechLayerOfBias(std::string_view variable);

// The inference graph that DeepSpeech 0.8's export writes, with these weights: the same nodes and names as a frozen
// output_graph.pb, the feature front end included.
SourceGraph MakeDeepSpeechGraph(const DeepSpeechShape& shape, const VariableSource& variables);

// Whether these are the variables of a DeepSpeech 0.6 - 0.9 training checkpoint, trained on CPU or with CuDNN.
bool IsDeepSpeechCheckpoint(const Checkpoint& checkpoint);

// The inference graph for such a checkpoint; sizes are those of its variables. Optimiser slots and CuDNN's opaque copy
// of the recurrent weights are not read. Throws Error(kInvalidModel) naming the variable whose shape contradicts
// others.
SourceGraph MakeDeepSpeechGraph(const Checkpoint& checkpoint);

}  // namespace stepwell::converter
