#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "stepwell/base/checked.h"
#include "stepwell/base/parallel.h"
#include "stepwell/kernels/gemm/integer_rows.h"

namespace stepwell::kernels {

// How any number of rows of activations lie as 8-bit integers, in tiles of kMostTileRows.
struct IntegerTilesForm {
  IntegerTilesForm(const PackedMatrix& weights, std::int64_t most_rows)
      : tile(weights, std::min(most_rows, kMostTileRows)),
        bytes(AsSize((most_rows + kMostTileRows - 1) / kMostTileRows) * tile.bytes) {}

  IntegerRows::Form tile;
  std::size_t bytes;  // of scratch memory, aligned to 64 bytes
};

// A view of them, in the caller's memory.
class IntegerTiles {
 public:
  IntegerTiles(const IntegerTilesForm& form, std::int64_t rows, std::byte* scratch)
      : form_(form.tile), rows_(rows), scratch_(scratch) {}

  std::int64_t count() const { return (rows_ + kMostTileRows - 1) / kMostTileRows; }
  // The rows from index * kMostTileRows on.
  IntegerRows tile(std::int64_t index) const {
    return {form_, std::min(kMostTileRows, rows_ - index * kMostTileRows), scratch_ + AsSize(index) * form_.bytes};
  }

  // Sets all rows; row_at(m) points to the inputs of row m.
  template <class RowAt>
  void Set(RowAt row_at) const {
    SetRows({0, rows_}, row_at);
    Arrange({0, count()});
  }
  // The same by all members of a team together.
  template <class RowAt>
  void Set(RowAt row_at, int member, int members, WorkerTeam::Barrier& barrier) const {
    SetRows(PartOf(rows_, 1, member, members), row_at);
    barrier.Wait();
    Arrange(PartOf(count(), 1, member, members));
    barrier.Wait();
  }

 private:
  template <class RowAt>
  void SetRows(Range rows, RowAt row_at) const {
    for (std::int64_t m = rows.begin; m < rows.end; ++m) tile(m / kMostTileRows).Set(m % kMostTileRows, row_at(m));
  }
  void Arrange(Range tiles) const {
    for (std::int64_t index = tiles.begin; index < tiles.end; ++index) tile(index).Arrange();
  }

  const IntegerRows::Form& form_;
  std::int64_t rows_;
  std::byte* scratch_;
};

}  // namespace stepwell::kernels
