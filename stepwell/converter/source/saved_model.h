#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "stepwell/base/memory.h"
#include "stepwell/converter/source/meta_graph_reader.h"

namespace stepwell::converter {

// The graph's file of a SavedModel's folder, binary before text; nothing where the folder holds none.
std::optional<std::filesystem::path> FindSavedModelFile(const std::filesystem::path& folder);

// The prefix of the folder's variables, which need not exist: a model without variables has none.
std::filesystem::path VariablesOf(const std::filesystem::path& folder);

// The MetaGraph of a SavedModel message in binary form that has exactly these tags. Without tags: the only one there
// is, or of several the one that is tagged "serve" and nothing else. Only the chosen one is read whole. Throws
// Error(kInvalidArgument) listing the tags there are where none fits. Source: saved_model.proto.
MetaGraph ReadSavedModel(const SharedBytes& wire, const std::vector<std::string>& tags);

}  // namespace stepwell::converter
