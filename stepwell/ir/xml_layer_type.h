#pragma once

#include <string_view>

#include "stepwell/ir/op.h"
#include "stepwell/ir/xml_document.h"

// Internal.
namespace stepwell::ir {

// Layers that say what the graph takes and gives; they become entries of the graph, not nodes.
inline constexpr std::string_view kParameterType = "Parameter";
inline constexpr std::string_view kResultType = "Result";
inline constexpr std::string_view kReadValueType = "ReadValue";
inline constexpr std::string_view kAssignType = "Assign";
// A Result whose name a node has already is written with this suffix, which is dropped on reading.
inline constexpr std::string_view kSinkSuffix = "/sink_port_0";

// What a body's Parameter or Result is for where no port of the Loop is mapped to it.
inline constexpr std::string_view kIterationPurpose = "current_iteration";
inline constexpr std::string_view kConditionPurpose = "execution_condition";

inline bool IsInputType(std::string_view type) { return type == kParameterType || type == kReadValueType; }
inline bool IsOutputType(std::string_view type) { return type == kResultType || type == kAssignType; }

// Throws Error(kUnsupported) that lists all layer types, those of bodies included, which neither stand above nor are
// made by the factory, each with its count.
void RequireKnownTypes(const XmlGraph& graph, OpFactory factory);

}  // namespace stepwell::ir
