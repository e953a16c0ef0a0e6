//===- forest_test.cpp - Flaws of decision trees --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/forest.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

/// x[0] <= 1 ? leaf for target 0 : leaf for target 1
Forest small_forest() {
  Forest forest;
  forest.targets = 2;
  forest.roots = {0};
  forest.nodes = {{Branch::leq, 0, 1.0, 1, 2, true, {}, {}},
                  {Branch::leaf, 0, 0, 1, 1, false, {}, {{0, 10.0}}},
                  {Branch::leaf, 0, 0, 2, 2, false, {}, {{1, 20.0}}}};
  return forest;
}

TEST(ForestTest, AcceptsTrees) { EXPECT_EQ(flaw(small_forest()), ""); }

TEST(ForestTest, FindsCycles) {
  Forest forest = small_forest();
  forest.nodes[0].no = 0;
  EXPECT_NE(flaw(forest), "");
  // Two trees may share a part; that is no cycle.
  forest = small_forest();
  forest.nodes.push_back({Branch::lt, 0, 1.0, 0, 0, true, {}, {}});
  forest.roots.push_back(3);
  EXPECT_EQ(flaw(forest), "");
  forest.nodes[0].yes = 3;
  EXPECT_NE(flaw(forest), "");
}

TEST(ForestTest, FindsNumbersOutOfRange) {
  Forest forest = small_forest();
  forest.nodes[0].yes = 3;
  EXPECT_NE(flaw(forest), "");
  forest = small_forest();
  forest.nodes[1].votes[0].first = 2;
  EXPECT_NE(flaw(forest), "");
  forest = small_forest();
  forest.roots = {-1};
  EXPECT_NE(flaw(forest), "");
}

} // namespace
} // namespace landfall::frontend
