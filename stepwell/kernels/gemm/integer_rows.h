#pragma once

#include <cstddef>
#include <cstdint>

#include "stepwell/kernels/gemm/packed_matrix.h"
#include "stepwell/kernels/gemm/panel.h"

namespace stepwell::kernels {

// Some rows of activations as 8-bit integers, made as they come: activation = scale of the row * (integer - zero). A
// row depends on nothing but itself. One with NaN or infinity in it has a scale of NaN, so that all it is multiplied
// into is NaN, and nothing else.
//
// For int8 weights the integers are unsigned: a row without negative elements uses 0 to 255, another 1 to 255 about
// kIntegerZero; the largest magnitude becomes the largest integer. For int4 weights, which are the unsigned ones then,
// they are signed, -127 to 127.
//
// Inputs that became 0 in all rows, about a zero of 0, can be left out. What remains is kept in fours of consecutive
// places, since products of 8-bit integers are added up in fours; where an end of a group of inputs that share a scale
// needs filling up, places hold some input and integers of 0.
//
// A view of the caller's memory, in which all is kept: whoever makes it from the same arguments sees the same rows.
class IntegerRows {
 public:
  struct Row {
    float scale = 0;
    std::int32_t uses_zero = 0;  // all bits set where the zero is kIntegerZero; else 0
  };
  // What rows for products by some matrix look like.
  struct Form {
    Form(const PackedMatrix& weights, std::int64_t most_rows);

    std::int64_t inputs = 0;
    std::int64_t group = 0;  // inputs that share a scale
    std::int64_t groups = 0;
    std::int64_t stride = 0;  // of the integers
    bool is_signed = false;
    bool may_skip = false;
    // Where each part stands in the scratch memory, and how much there is: whole lines.
    std::size_t work = 0, list = 0, first_places = 0, starts = 0, scales = 0, is_listed = 0, bytes = 0;
  };

  // At most form.most_rows rows; scratch has form.bytes, aligned to 64 bytes.
  IntegerRows(const Form& form, std::int64_t rows, std::byte* scratch);

  // Sets row m from its inputs. Different rows may be set by different threads.
  void Set(std::int64_t m, const float* row) const;
  // Once all rows are set, by one thread: leaves inputs out if that pays.
  void Arrange() const;

  std::int64_t rows() const { return rows_; }
  const Row& row(std::int64_t m) const { return row_scales_[m]; }
  std::int64_t groups() const { return form_.groups; }
  // Places [first_places()[group], first_places()[group + 1]) belong to a group: multiples of four.
  const std::int32_t* first_places() const { return first_places_; }
  std::int64_t places() const { return first_places_[form_.groups]; }
  // The input at each place, or null where each stands at its own.
  const std::int32_t* inputs() const { return *is_listed_ != 0 ? list_ : nullptr; }
  // The integers of a row, at each place; `stride` from one row to the next.
  const std::uint8_t* values(std::int64_t m) const { return values_ + m * form_.stride; }
  std::int64_t stride() const { return form_.stride; }
  // For int4 weights, which hold 8 too much: for each group, -8 times the sum of the row's integers.
  const std::int32_t* starts(std::int64_t m) const { return starts_ + m * form_.groups; }

 private:
  void SetStarts(std::int64_t m) const;
  bool MayLeaveOut() const;
  std::int64_t MarkKept() const;
  void List() const;
  void Compact() const;

  const Form& form_;
  std::int64_t rows_;
  // In the scratch memory:
  std::uint8_t* values_;        // [rows, stride]
  std::uint8_t* work_;          // [stride]
  std::int32_t* list_;          // [stride]
  std::int32_t* first_places_;  // [groups + 1]
  std::int32_t* starts_;        // [rows, groups]
  Row* row_scales_;             // [rows]
  std::int32_t* is_listed_;     // [1]
};

}  // namespace stepwell::kernels
