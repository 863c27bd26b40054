#include "stepwell/converter/source/tensor_slice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stepwell/converter/source/source_test_support.h"
#include "stepwell/converter/source/tensor_reader.h"

namespace stepwell::converter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SlicePiece Piece(TensorSlice slice, const Shape& shape, const std::vector<std::uint8_t>& values) {
  return {std::move(slice),
          TensorOfBytes(TfType::kUint8, shape, SharedBytes::CopyOf(std::as_bytes(std::span(values))))};
}
std::string AssembleMessage(const Shape& shape, std::vector<SlicePiece> pieces) {
  return MessageOf([&] { Assemble(TfType::kUint8, shape, std::move(pieces)); });
}

// Keys as TensorFlow wrote them into tests/data/checkpoints/v2_parts.index and v2_long.index.
TEST(SliceKey, IsTensorFlowsOwn) {
  EXPECT_EQ(SliceKey("rows", {{0, 4}, {0, 6}}), std::string("\0rows\0\1\1\2\x80\x84\x80\x86", 13));
  EXPECT_EQ(SliceKey("long", {{6667, 6667}}), std::string("\0long\0\1\1\1\xda\x0b\xda\x0b", 13));
  EXPECT_EQ(SliceKey("long", {{13334, 6666}}), std::string("\0long\0\1\1\1\xe0\x34\x16\xda\x0a", 14));
}

TEST(Assemble, PutsPiecesWhereTheyBelong) {
  const SourceTensor tensor =
      Assemble(TfType::kUint8, {2, 3},
               {Piece({{0, std::nullopt}, {1, 2}}, {2, 2}, {1, 2, 4, 5}), Piece({{0, 2}, {0, 1}}, {2, 1}, {0, 3})});
  EXPECT_THAT(Elements<std::uint8_t>(tensor), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Assemble, RefusesPiecesThatOverlapOrLeaveHoles) {
  EXPECT_THAT(AssembleMessage({4}, {Piece({{0, 2}}, {2}, {1, 2}), Piece({{1, 2}}, {2}, {3, 4})}),
              HasSubstr("two parts hold the same element"));
  EXPECT_THAT(AssembleMessage({4}, {Piece({{0, 2}}, {2}, {1, 2})}),
              HasSubstr("the 1 stored parts hold 2 elements, but the shape [4] has 4; a shard may be missing"));
  EXPECT_THAT(AssembleMessage({4}, {}), HasSubstr("the 0 stored parts hold 0 elements"));
}

TEST(ShapeOfSlice, RefusesPartsOutsideTheTensor) {
  EXPECT_EQ(ShapeOfSlice({{1, 2}, {0, std::nullopt}}, {3, 5}), (Shape{2, 5}));
  constexpr std::int64_t kHuge = 0x7fffffffffffffff;
  for (const TensorSlice& slice :
       {TensorSlice{{2, 2}}, TensorSlice{{-1, 2}}, TensorSlice{{0, -2}}, TensorSlice{{kHuge, 1}},
        TensorSlice{{1, kHuge}}, TensorSlice{{1, std::nullopt}}, TensorSlice{}}) {
    EXPECT_THAT(MessageOf([&] { ShapeOfSlice(slice, {3}); }), HasSubstr("does not lie inside a tensor of shape [3]"));
  }
}

}  // namespace
}  // namespace stepwell::converter
