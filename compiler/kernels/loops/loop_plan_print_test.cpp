//===- loop_plan_print_test.cpp - Loop plans as people read them ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/loop_plan.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

TEST(LoopPlanPrint, showsWhatWasDecided) {
  LoopPlan plan;
  plan.order = {1, 0, 2};
  plan.row_loops = 2;
  plan.lane_place = 2;
  plan.width = 8;
  plan.unroll = 4;
  plan.depth = {0, 3, 0, 1};
  EXPECT_EQ(print(plan), "loops\n"
                         "  order: i1 i0 i2\n"
                         "  rows: the first 2\n"
                         "  lanes: i2, 8 at a time, unrolled 4 times\n"
                         "  in 0 loops: %0 %2\n"
                         "  in 1 loops: %3\n"
                         "  in 3 loops: %1\n");
}

TEST(LoopPlanPrint, showsTilesWindowsAndCutLoops) {
  LoopPlan plan;
  plan.order = {0, 1};
  plan.row_loops = 1;
  plan.lane_place = 2;
  plan.cuts = true;
  plan.tiled = true;
  plan.transposed = {5, 7};
  plan.window_rows = 4;
  plan.sharing_rows = 16;
  plan.shared = {4, 5};
  plan.row_folds = {7, 9};
  plan.recorded = RecordedTerm{3, 1, 6, 2};
  EXPECT_EQ(print(plan), "loops\n"
                         "  order: i0 i1\n"
                         "  rows: the first 1, the next cut between tasks\n"
                         "  lanes: none\n"
                         "  square tiles: the last two loops, loads %5 %7\n"
                         "  windows: 4 rows at a time\n"
                         "  16 rows at a time share %4 %5\n"
                         "  some rows at a time, fold by fold: %7 %9\n"
                         "  kept in the result's row: %3, to be %6\n");
}

TEST(LoopPlanPrint, aKernelOfOnePointHasNoLoops) {
  EXPECT_EQ(print(LoopPlan()), "loops\n"
                               "  order: none\n"
                               "  rows: the first 0\n"
                               "  lanes: none\n");
}

} // namespace
} // namespace landfall::kernels
