#include "stepwell/apps/lm1b/word_ports.h"

#include <fmt/format.h>

#include "stepwell/base/error.h"
#include "stepwell/ir/find_role.h"
#include "stepwell/ir/roles.h"

namespace stepwell::apps {
namespace {

std::size_t RequiredOutput(const ir::Graph& graph, std::string_view role) {
  if (const auto output = ir::FindOutputOfRole(graph, role)) return *output;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("the model is no language model of words: it has no output of role '{}'; name one with "
                          "--role {}=NAME",
                          role, role));
}

// Words take a few dozen characters; this is against absurd files.
constexpr std::int64_t kMostCharacters = 1 << 16;

// One word's characters: of the input's shape, all axes but the last of extent 1.
Shape WordShape(const ir::Graph& graph, std::size_t input) {
  const ir::Input& declared = graph.inputs()[input];
  const Shape& shape = declared.default_shape;
  const DType dtype = graph.value(declared.value).type.dtype;
  const bool fits = dtype == DType::kI32 && shape.rank() >= 1 && shape[shape.rank() - 1] >= 1 &&
                    shape[shape.rank() - 1] <= kMostCharacters;
  if (!fits) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the input '{}' is {}; the characters of a word in i32 are expected", declared.name,
                            ToText(TensorType{dtype, shape})));
  }
  Shape word = Shape::Filled(shape.rank(), 1);
  word[shape.rank() - 1] = shape[shape.rank() - 1];
  return word;
}

void FindInputs(const ir::Graph& graph, WordPorts& ports) {
  if (const auto characters = ir::FindInputOfRole(graph, ir::kRoleCharacters)) {
    ports.inputs = {{*characters, WordShape(graph, *characters)}};
    return;
  }
  const auto values = ir::FindInputOfRole(graph, ir::kRoleUniqueCharacters);
  const auto indices = ir::FindInputOfRole(graph, ir::kRoleCharacterIndices);
  if (!values || !indices) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the model is no language model of words: it has no input of role '{}', nor both of '{}' "
                            "and '{}'; name them with --role ROLE=NAME",
                            ir::kRoleCharacters, ir::kRoleUniqueCharacters, ir::kRoleCharacterIndices));
  }
  ports.unique = UniqueForm{graph.inputs()[*values].name, graph.inputs()[*indices].name};
  ports.inputs = {{*values, WordShape(graph, *values)}, {*indices, WordShape(graph, *indices)}};
  if (WordShape(graph, *values) != WordShape(graph, *indices)) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the distinct characters ({}) and the indices among them ({}) are not as many",
                            ToText(WordShape(graph, *values)), ToText(WordShape(graph, *indices))));
  }
}

}  // namespace

WordPorts FindWordPorts(const ir::Graph& graph) {
  WordPorts ports;
  FindInputs(graph, ports);
  ports.probabilities = RequiredOutput(graph, ir::kRoleWordProbabilities);
  return ports;
}

}  // namespace stepwell::apps
