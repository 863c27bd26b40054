#include "stepwell/view/name_tree.h"

#include <gtest/gtest.h>

namespace stepwell::view {
namespace {

TEST(NameTree, SortsNamesIntoScopes) {
  NameTree tree;
  tree.Add("a/b/x", 0);
  tree.Add("a/y", 1);
  tree.Add("a/b/z", 2);
  const auto root = tree.entries()[0];
  ASSERT_EQ(root.entries.size(), 1U);
  const auto a = tree.entries()[root.entries[0]];
  EXPECT_EQ(a.path, "a");
  ASSERT_EQ(a.entries.size(), 2U);
  const auto b = tree.entries()[a.entries[0]];
  EXPECT_EQ(b.path, "a/b");
  EXPECT_EQ(tree.entries()[b.entries[1]].leaf, 2U);
  EXPECT_EQ(tree.entries()[b.entries[1]].label, "z");
}

TEST(NameTree, JoinsScopesThatHoldOneEntryOnly) {
  NameTree tree;
  tree.Add("a/b/c/x", 0);
  tree.Add("a/b/c/y", 1);
  tree.Add("k/read", 2);
  const auto scope = tree.WithoutSoleScopes(tree.entries()[0].entries[0]);
  EXPECT_EQ(scope.label, "a/b/c");
  EXPECT_EQ(scope.entries.size(), 2U);
  const auto leaf = tree.WithoutSoleScopes(tree.entries()[0].entries[1]);
  EXPECT_EQ(leaf.label, "k/read");
  EXPECT_EQ(leaf.leaf, 2U);
}

TEST(NameTree, BearsNamesOfNothingButSlashes) {
  NameTree tree;
  tree.Add("", 0);
  tree.Add("/", 1);
  tree.Add("//", 2);
  tree.Add("a/", 3);
  EXPECT_EQ(tree.WithoutSoleScopes(tree.entries()[0].entries[3]).label, "a/");
}

TEST(NameTree, StopsAtADepthThatRecursionBears) {
  std::string name;
  for (int i = 0; i < 100000; ++i) name += "s/";
  NameTree tree;
  tree.Add(name + "x", 0);
  EXPECT_LT(tree.entries().size(), 50U);
}

}  // namespace
}  // namespace stepwell::view
