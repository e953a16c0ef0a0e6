//===- dram_clock_test.cpp ------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/dram_clock.h"

#include <gtest/gtest.h>

namespace landfall::sim_kit {
namespace {

/// 32 bytes a cycle.
DramClock slow_memory() { return {32, 1000}; }

constexpr auto core = DramClock::User::core;
constexpr auto transfer = DramClock::User::transfer;

TEST(DramClock, OneMoverIsBoundByItsRateOrByTheMemory) {
  DramClock clock = slow_memory();
  EXPECT_EQ(clock.book(core, 6400, 0, 64), 200u)
      << "32 bytes a cycle are there";
  DramClock idle = slow_memory();
  EXPECT_EQ(idle.book(core, 800, 1000, 8), 1100u)
      << "8 bytes a cycle are asked for";
}

TEST(DramClock, MoversShareTheBandwidth) {
  DramClock clock = slow_memory();
  uint64_t first = clock.book(core, 64000, 0, 32);
  uint64_t second = clock.book(core, 64000, 0, 32);
  EXPECT_EQ(first, 2000u);
  EXPECT_EQ(second, 4000u);
  EXPECT_EQ(clock.busy(), 4000u);
  EXPECT_EQ(clock.stalled(), 2000u);
}

TEST(DramClock, WhoIsBehindDoesNotWaitForThoseAhead) {
  DramClock clock = slow_memory();
  clock.book(core, 64, 5000, 64);
  EXPECT_LE(clock.book(core, 64, 1000, 64), 1002u);
}

TEST(DramClock, LinesOfCoresPassBetweenTransfers) {
  DramClock clock = slow_memory();
  uint64_t end = clock.book(transfer, 64000, 0, 64);
  EXPECT_GT(end, 2000u) << "less than all the bandwidth";
  EXPECT_LT(end, 2150u);
  EXPECT_LE(clock.book(core, 64, 100, 64), 192u)
      << "in this window or the next";
  EXPECT_GE(clock.book(transfer, 64, 100, 64), end - 64) << "behind the other";
}

} // namespace
} // namespace landfall::sim_kit
