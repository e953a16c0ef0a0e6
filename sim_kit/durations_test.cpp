//===- durations_test.cpp -------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/durations.h"

#include <gtest/gtest.h>

namespace landfall::sim_kit {
namespace {

TEST(Durations, WorkTakesACycleAtLeast) {
  EXPECT_EQ(takes(0)(7, {}).next, 8u);
  Timing timing = takes(10, 3)(7, {});
  EXPECT_EQ(timing.next, 17u);
  EXPECT_EQ(timing.done, 20u);
}

TEST(Durations, ShortRunsCostWholeLinesOfDram) {
  // 64 bytes a cycle of the clock.
  DramClock dense(64, 1000), short_runs(64, 1000);
  Timing one = transfers(dense, 64, 100)(0, {1, 6400, 6400});
  EXPECT_GE(one.next, 100u);
  EXPECT_EQ(one.done, one.next + 100);
  Timing many = transfers(short_runs, 64, 100)(0, {800, 8, 6400});
  EXPECT_GE(many.next, 800u);
  EXPECT_EQ(dense.bytes(), 6400u);
  EXPECT_EQ(short_runs.bytes(), 800u * 64);
}

TEST(Durations, MovesAreBoundByBytesAndRuns) {
  EXPECT_EQ(moves(128)(5, {1, 1280, 1280}).next, 15u);
  EXPECT_EQ(moves(128)(5, {40, 2, 80}).next, 45u);
  EXPECT_EQ(moves(128)(5, {0, 0, 0}).done, 6u);
}

} // namespace
} // namespace landfall::sim_kit
