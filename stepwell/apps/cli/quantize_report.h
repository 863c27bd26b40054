#pragma once

#include <map>
#include <optional>
#include <string>

#include "stepwell/apps/cli/calibration.h"
#include "stepwell/ir/ir_file.h"
#include "stepwell/quantize/output_errors.h"
#include "stepwell/quantize/quantize.h"

namespace stepwell::cli {

// What `quantize` did and what it cost, as far as that is known.
struct QuantizeReport {
  quantize::QuantizeResult result;
  std::map<std::string, quantize::OutputError> output_errors = {};  // by name of weights
  DataCost data = {};
  std::size_t bytes_before = 0;  // of all constants
  ir::WriteIrResult files = {};
};

void PrintReport(const QuantizeReport& report);
void PrintReportAsJson(const QuantizeReport& report);

}  // namespace stepwell::cli
