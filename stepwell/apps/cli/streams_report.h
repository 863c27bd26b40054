#pragma once

#include <string>
#include <vector>

#include "stepwell/apps/cli/bench_calls.h"
#include "stepwell/apps/cli/bench_streams.h"
#include "stepwell/apps/cli/text_table.h"

namespace stepwell::cli {

// What `bench --streams` and `bench --curve` print.
TextTable StreamsTable(const StreamsResult& result);
// The lines below the table: the most streams, and what was part of the work.
std::string StreamsVerdict(const StreamsResult& result, const StreamsRequest& request);
std::string StreamsJson(const StreamsResult& result, const StreamsRequest& request, const std::string& model);

// Calls of more and more streams.
TextTable CurveTable(const std::vector<BenchResult>& results);
std::string CurveJson(const std::vector<BenchResult>& results, const std::string& model);

}  // namespace stepwell::cli
