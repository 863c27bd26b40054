#include "stepwell/converter/shapes/dim_symbols.h"

#include <gtest/gtest.h>

namespace stepwell::converter {
namespace {

class SpreadFactorsTest : public testing::Test {
 protected:
  DimSymbols symbols_{{2048, 494, 29}};
  SymbolId frames_ = symbols_.Add(16, DimSymbols::Origin{0, 1});
  SymbolId batch_ = symbols_.Add(1, DimSymbols::Origin{0, 0});
};

TEST_F(SpreadFactorsTest, SplitsMergedFramesAndBatchAgain) {
  const DimExpr rows{1, {frames_, batch_}};
  const DimExpr cells{2048, {}};
  const auto spread = SpreadFactors(symbols_, std::vector{rows, cells}, std::vector<Dim>{16, 1, 2048});
  ASSERT_TRUE(spread);
  EXPECT_EQ(*spread, (std::vector<DimExpr>{{1, {frames_}}, {1, {batch_}}, {2048, {}}}));
}

TEST_F(SpreadFactorsTest, MergesBatchIntoTheFrames) {
  const std::vector<DimExpr> dims{{1, {frames_}}, {1, {batch_}}, {19, {}}, {26, {}}};
  const auto spread = SpreadFactors(symbols_, dims, std::vector<Dim>{16, 494});
  ASSERT_TRUE(spread);
  EXPECT_EQ(*spread, (std::vector<DimExpr>{{1, {frames_, batch_}}, {494, {}}}));
}

TEST_F(SpreadFactorsTest, LeavesADimensionOfOneALiteralWhereNoUnitSymbolIsNext) {
  const std::vector<DimExpr> dims{{1, {batch_}}, {1, {frames_}}};
  const auto spread = SpreadFactors(symbols_, dims, std::vector<Dim>{1, 1, 16});
  ASSERT_TRUE(spread);
  EXPECT_EQ(*spread, (std::vector<DimExpr>{{1, {batch_}}, {1, {}}, {1, {frames_}}}));
}

TEST_F(SpreadFactorsTest, SplitsAConstantOverTwoDimensions) {
  const std::vector<DimExpr> dims{{1, {batch_}}, {1, {frames_}}, {768, {}}};
  const auto spread = SpreadFactors(symbols_, dims, std::vector<Dim>{1, 16, 12, 64});
  ASSERT_TRUE(spread);
  EXPECT_EQ(*spread, (std::vector<DimExpr>{{1, {batch_}}, {1, {frames_}}, {12, {}}, {64, {}}}));
}

TEST_F(SpreadFactorsTest, RefusesATargetThatCutsThroughASymbol) {
  const std::vector<DimExpr> dims{{1, {frames_}}, {3, {}}};
  EXPECT_FALSE(SpreadFactors(symbols_, dims, std::vector<Dim>{6, 8}));
}

TEST(DimSymbols, RecognisesAProductByItsProbeAndKeepsItsOrder) {
  DimSymbols symbols({2048});
  const SymbolId batch = symbols.Add(1, DimSymbols::Origin{0, 0});
  const SymbolId frames = symbols.Add(16, DimSymbols::Origin{0, 1});
  const DimExpr rows{1, {frames, batch}};
  symbols.RememberOrder(rows);
  EXPECT_EQ(symbols.ExprOf(16, symbols.Probe(rows)), rows);
  EXPECT_EQ(symbols.ExprOf(17, symbols.Probe(frames) + 1), std::nullopt);
  EXPECT_EQ(symbols.ExprOf(2048, 2048), (DimExpr{2048, {}}));
}

TEST(DimSymbols, AProbeHasRoomForEverySliceOfItsSource) {
  DimSymbols symbols({9216});
  EXPECT_GT(symbols.Probe(symbols.Add(9216, DimSymbols::Origin{0, 1})), 9216);
}

TEST(DimSymbols, AHardSymbolIsItsSourceValueAgain) {
  DimSymbols symbols({});
  const SymbolId a = symbols.Add(19, DimSymbols::Origin{0, 2});
  const SymbolId b = symbols.Add(19, std::nullopt);
  EXPECT_NE(symbols.Probe(a), symbols.Probe(b));
  symbols.Unify(b, a);
  EXPECT_EQ(symbols.Probe(a), symbols.Probe(b));
  symbols.Harden(b);
  EXPECT_EQ(symbols.Probe(a), 19);
}

}  // namespace
}  // namespace stepwell::converter
