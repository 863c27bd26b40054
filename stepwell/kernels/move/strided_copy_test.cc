#include "stepwell/kernels/move/strided_copy.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <vector>

namespace stepwell::kernels {
namespace {

using Axis = StridedCopy::Axis;

template <class Element>
std::vector<Element> Counting(std::size_t size) {
  std::vector<Element> values(size);
  std::iota(values.begin(), values.end(), Element{1});
  return values;
}

// What the class promises, element by element.
template <class Element>
void CopyByFormula(std::span<const Axis> axes, const Element* in, Element* out) {
  if (axes.empty()) {
    *out = *in;
    return;
  }
  for (std::int64_t i = 0; i < axes[0].extent; ++i) {
    CopyByFormula(axes.subspan(1), in + i * axes[0].in_stride, out + i * axes[0].out_stride);
  }
}

template <class Element>
void ExpectFormula(std::span<const Axis> axes, std::int64_t in_offset, std::size_t in_size, std::size_t out_size) {
  const std::vector<Element> in = Counting<Element>(in_size);
  std::vector<Element> expected(out_size), found(out_size);
  CopyByFormula(axes, in.data() + in_offset, expected.data());
  StridedCopy(axes, in_offset)
      .Run(reinterpret_cast<const std::byte*>(in.data()), reinterpret_cast<std::byte*>(found.data()), sizeof(Element));
  EXPECT_EQ(found, expected);
}

TEST(StridedCopy, TransposesElementsOfEveryWidth) {
  const std::vector<Axis> axes{{.extent = 4, .in_stride = 1, .out_stride = 15},
                               {.extent = 3, .in_stride = 20, .out_stride = 5},
                               {.extent = 5, .in_stride = 4, .out_stride = 1}};
  ExpectFormula<std::uint8_t>(axes, 0, 60, 60);
  ExpectFormula<std::uint16_t>(axes, 0, 60, 60);
  ExpectFormula<std::uint32_t>(axes, 0, 60, 60);
  ExpectFormula<std::uint64_t>(axes, 0, 60, 60);
}

TEST(StridedCopy, MovesBetweenPartsThatLieApart) {
  // Takes columns 1 .. 5 of 4 rows of 6, or turns them; the rows lie in parts of 6, the result in parts of 10.
  const std::vector<Axis> stretch{{.extent = 4, .in_stride = 6, .out_stride = 5},
                                  {.extent = 5, .in_stride = 1, .out_stride = 1}};
  const std::vector<Axis> turned{{.extent = 5, .in_stride = 1, .out_stride = 4},
                                 {.extent = 4, .in_stride = 6, .out_stride = 1}};
  const std::vector<Axis> whole{{.extent = 20, .in_stride = 1, .out_stride = 1}};
  for (const std::vector<Axis>& axes : {stretch, turned, whole}) {
    const auto in = Counting<std::uint32_t>(24);
    std::vector<std::uint32_t> expected(20), found(20);
    CopyByFormula(std::span<const Axis>(axes), in.data() + 1, expected.data());
    std::vector<std::vector<std::uint32_t>> rows;
    std::vector<const std::byte*> sources;
    for (std::size_t row = 0; row < 4; ++row) rows.emplace_back(in.begin() + 6 * row, in.begin() + 6 * row + 6);
    for (const auto& row : rows) sources.push_back(reinterpret_cast<const std::byte*>(row.data()));
    std::byte* const first = reinterpret_cast<std::byte*>(found.data());
    const std::vector<std::byte*> targets{first, first + 10 * sizeof(std::uint32_t)};
    StridedCopy(axes, 1).Run(ConstParts{sources, 6 * sizeof(std::uint32_t)}, Parts{targets, 10 * sizeof(std::uint32_t)},
                             sizeof(std::uint32_t));
    EXPECT_EQ(found, expected);
  }
}

TEST(StridedCopy, WalksBackwardsAndRepeats) {
  const std::vector<Axis> axes{{.extent = 2, .in_stride = 0, .out_stride = 12},
                               {.extent = 3, .in_stride = 4, .out_stride = 4},
                               {.extent = 4, .in_stride = -1, .out_stride = 1}};
  ExpectFormula<std::uint32_t>(axes, 3, 12, 24);
}

TEST(StridedCopy, CopiesOneElementWithoutAxesAndNothingForAnExtentOfZero) {
  ExpectFormula<std::uint32_t>({}, 2, 3, 1);
  const std::vector<Axis> axes{{.extent = 2, .in_stride = 3, .out_stride = 3},
                               {.extent = 0, .in_stride = 1, .out_stride = 1}};
  ExpectFormula<std::uint32_t>(axes, 0, 6, 6);
}

TEST(StridedCopy, FollowsItsFormulaForRandomPermutationsOfRandomShapes) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    const int rank = 1 + static_cast<int>(random() % 5);
    Shape shape;
    for (int axis = 0; axis < rank; ++axis) shape.Append(1 + static_cast<Dim>(random() % 4));
    std::vector<int> order(static_cast<std::size_t>(rank));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    Shape permuted;
    for (const int axis : order) permuted.Append(shape[axis]);
    const auto in_strides = DenseStrides(shape);
    const auto out_strides = DenseStrides(permuted);
    std::vector<Axis> axes;
    for (int axis = 0; axis < rank; ++axis) {
      axes.push_back({permuted[axis], in_strides[static_cast<std::size_t>(order[static_cast<std::size_t>(axis)])],
                      out_strides[static_cast<std::size_t>(axis)]});
    }
    const auto size = static_cast<std::size_t>(shape.num_elements());
    ExpectFormula<std::uint32_t>(axes, 0, size, size);
  }
}

}  // namespace
}  // namespace stepwell::kernels
