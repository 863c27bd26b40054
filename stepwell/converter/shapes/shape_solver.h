#pragma once

#include <map>
#include <string>
#include <vector>

#include "stepwell/converter/shapes/dim_symbols.h"
#include "stepwell/converter/shapes/shape_probe.h"

namespace stepwell::converter {

// Why a dimension is not free.
struct HoldingPlace {
  std::string place;         // that needs it, for people
  bool is_of_value = false;  // ShapeConflict::is_of_value
};

// Which dimensions are free, and what follows from them.
struct SolvedShapes {
  DimSymbols symbols;
  ShapeTargets targets;
  std::vector<DimLimit> limits;
  std::map<SymbolId, HoldingPlace> reasons;  // by root, of dimensions that are not free
};

// Probes a graph until everything fits. Where the probes do not fit, two symbols have to be equal, or one of them has
// to be the constant it was; where more than one such step makes them fit, that one is taken which in the end leaves
// most axes of inputs free (among equal ones, the first). `symbols` has the symbols of `probed.input_symbols`.
SolvedShapes SolveShapes(const ProbedGraph& probed, DimSymbols symbols);

}  // namespace stepwell::converter
