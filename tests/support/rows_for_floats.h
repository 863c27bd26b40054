#pragma once

#include <vector>

namespace stepwell::testing {

// The rows of a table of functions that are defined for floats.
template <class Table>
auto RowsForFloats(const Table& table) {
  std::vector<typename Table::value_type> rows;
  for (const auto& row : table) {
    if (row.real != nullptr) rows.push_back(row);
  }
  return rows;
}

}  // namespace stepwell::testing
