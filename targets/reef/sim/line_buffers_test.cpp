//===- line_buffers_test.cpp ----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/sim/line_buffers.h"

#include <gtest/gtest.h>

namespace landfall::reef::sim {
namespace {

/// 32 bytes a cycle, 100 cycles away.
sim_kit::DramClock slow_memory() { return {32, 1000}; }

TEST(LineBuffers, OnlyTheFirstLineOfAStreamPaysTheLatency) {
  sim_kit::DramClock clock = slow_memory();
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
  sim_kit::DramClock clock = slow_memory();
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
  sim_kit::DramClock clock = slow_memory();
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
  sim_kit::DramClock clock = slow_memory();
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
