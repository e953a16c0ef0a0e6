//===- dram_clock_test.cpp ------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/line_buffers.h"

#include <gtest/gtest.h>

namespace landfall::reef::sim {
namespace {

/// 32 bytes a cycle, 100 cycles away.
ChipDescription slow_memory() { return chip_format.find("reef1").take(); }

constexpr auto core = DramClock::User::core;
constexpr auto transfer = DramClock::User::transfer;

TEST(DramClock, OneMoverIsBoundByItsRateOrByTheMemory) {
  DramClock clock(slow_memory());
  EXPECT_EQ(clock.book(core, 6400, 0, 64), 200u)
      << "32 bytes a cycle are there";
  DramClock idle(slow_memory());
  EXPECT_EQ(idle.book(core, 800, 1000, 8), 1100u)
      << "8 bytes a cycle are asked for";
}

TEST(DramClock, MoversShareTheBandwidth) {
  DramClock clock(slow_memory());
  uint64_t first = clock.book(core, 64000, 0, 32);
  uint64_t second = clock.book(core, 64000, 0, 32);
  EXPECT_EQ(first, 2000u);
  EXPECT_EQ(second, 4000u);
  EXPECT_EQ(clock.busy(), 4000u);
  EXPECT_EQ(clock.stalled(), 2000u);
}

TEST(DramClock, WhoIsBehindDoesNotWaitForThoseAhead) {
  DramClock clock(slow_memory());
  clock.book(core, 64, 5000, 64);
  EXPECT_LE(clock.book(core, 64, 1000, 64), 1002u);
}

TEST(DramClock, LinesOfCoresPassBetweenTransfers) {
  DramClock clock(slow_memory());
  uint64_t end = clock.book(transfer, 64000, 0, 64);
  EXPECT_GT(end, 2000u) << "less than all the bandwidth";
  EXPECT_LT(end, 2150u);
  EXPECT_LE(clock.book(core, 64, 100, 64), 192u)
      << "in this window or the next";
  EXPECT_GE(clock.book(transfer, 64, 100, 64), end - 64) << "behind the other";
}

TEST(LineBuffers, OnlyTheFirstLineOfAStreamPaysTheLatency) {
  DramClock clock(slow_memory());
  LineBuffers lines(clock, 100);
  uint64_t now = 0;
  uint64_t first = lines.touch(0x80000000, 4, false, now);
  EXPECT_GE(first, 100u);
  now += first;
  EXPECT_EQ(lines.touch(0x80000004, 4, false, now), 0u) << "in the line";
  uint64_t next = lines.touch(0x80000040, 4, false, now);
  EXPECT_GT(next, 0u);
  EXPECT_LT(next, 10u) << "fetched ahead";
  EXPECT_GE(lines.touch(0x80004000, 4, false, now + next), 100u) << "new";
}

TEST(LineBuffers, SeveralStreamsGoOnSideBySide) {
  DramClock clock(slow_memory());
  LineBuffers lines(clock, 100);
  uint64_t now = 0;
  for (uint64_t step = 0; step < 20; ++step)
    for (uint64_t stream = 0; stream < 8; ++stream) {
      uint64_t address = 0x80000000 + (stream << 20) + step * 64;
      uint64_t cycles = lines.touch(address, 8, false, now);
      EXPECT_EQ(cycles >= 100, step == 0) << stream << " " << step;
      now += cycles;
    }
}

TEST(LineBuffers, TheLineLeastRecentlyUsedMakesRoom) {
  DramClock clock(slow_memory());
  LineBuffers lines(clock, 100);
  auto touch = [&](uint64_t number) {
    return lines.touch(0x80000000 + number * 0x10000, 8, false, 0) >= 100;
  };
  for (uint64_t number = 0; number < 16; ++number)
    EXPECT_TRUE(touch(number));
  EXPECT_FALSE(touch(0));
  EXPECT_FALSE(touch(7));
  EXPECT_TRUE(touch(16)) << "takes the place of 1";
  EXPECT_FALSE(touch(0));
  EXPECT_FALSE(touch(2));
  EXPECT_TRUE(touch(1));
}

TEST(LineBuffers, StoresAreNotWaitedFor) {
  DramClock clock(slow_memory());
  LineBuffers lines(clock, 100);
  EXPECT_LT(lines.touch(0x80000000, 8, true, 0), 10u);
  EXPECT_EQ(clock.bytes(), 64u);
  lines.touch(0x80000008, 8, true, 10);
  EXPECT_EQ(clock.bytes(), 64u) << "the line goes out once";
  lines.touch(0x80000040, 8, false, 20);
  lines.touch(0x80000040, 8, true, 30);
  EXPECT_EQ(clock.bytes(), 3 * 64u) << "read, then written";
}

} // namespace
} // namespace landfall::reef::sim
