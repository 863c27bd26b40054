#pragma once

#include "stepwell/converter/source/checkpoint.h"
#include "stepwell/converter/source/source_graph.h"

namespace stepwell::fuzz {

// What a conversion does with a graph that was read: its edges are checked, its constants looked at.
void Use(const converter::SourceGraph& graph);

// Reads every variable.
void Use(const converter::Checkpoint& checkpoint);

}  // namespace stepwell::fuzz
