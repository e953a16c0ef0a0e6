//===- dma_test.cpp -------------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/chip/registers.h"
#include "targets/reef/sim/dma.h"

#include <gtest/gtest.h>
#include <numeric>

namespace landfall::reef::sim {
namespace {

using Access = riscv::HartPort::Access;

class DmaTest : public testing::Test {
protected:
  DmaTest() { std::iota(dram.begin(), dram.end(), 0); }

  /// Starts on a channel; fields that are not given are rows of one.
  Dma::Answer start(unsigned channel, Transfer transfer, uint64_t now = 0) {
    uint64_t base = channel * core_register::dma_stride;
    const uint64_t fields[] = {
        transfer.source, transfer.destination,   transfer.row_bytes,
        transfer.rows,   transfer.source_stride, transfer.destination_stride};
    for (uint64_t k = 0; k < std::size(fields); ++k)
      EXPECT_EQ(dma.store(base + 8 * k, fields[k], now).access, Access::done);
    return dma.store(base + dma_register::start, 1, now);
  }
  Dma::Answer wait(unsigned channel, uint64_t ticket, uint64_t now) {
    return dma.store(channel * core_register::dma_stride + dma_register::wait,
                     ticket, now);
  }

  ChipDescription chip = chip_format.find("reef2").take(); // Two channels.
  std::vector<uint8_t> dram = std::vector<uint8_t>(1 << 16);
  std::vector<uint8_t> scratchpad = std::vector<uint8_t>(1 << 14);
  sim_kit::DramClock clock{chip.dram_gb_per_s, chip.clock_mhz};
  Dma dma{chip,
          {dram_base, dram.size(), dram.data()},
          {scratchpad_base, scratchpad.size(), scratchpad.data()},
          clock};
};

TEST_F(DmaTest, MovesRowsBothWays) {
  ASSERT_EQ(start(0, {dram_base + 5, scratchpad_base, 3, 4, 100, 8}).access,
            Access::done);
  EXPECT_EQ(scratchpad[8], uint8_t(105));
  EXPECT_EQ(scratchpad[8 + 2], uint8_t(107));
  EXPECT_EQ(scratchpad[8 + 3], 0);
  EXPECT_EQ(wait(0, 1, 1000).access, Access::done);
  ASSERT_EQ(start(0, {scratchpad_base, dram_base + 40, 3, 1, 0, 0}).access,
            Access::done);
  EXPECT_EQ(dram[40], 5);
}

TEST_F(DmaTest, WaitsEndWhenTheTransferDoes) {
  ASSERT_EQ(start(1, {dram_base, scratchpad_base, 6400, 1, 0, 0}, 10).access,
            Access::done);
  Dma::Answer answer = wait(1, 1, 20);
  EXPECT_EQ(answer.access, Access::blocked);
  EXPECT_EQ(answer.until, 10u + 100 + 6400 / 64) << "latency, 64 bytes a cycle";
  EXPECT_EQ(wait(1, 1, answer.until).access, Access::done);
  EXPECT_EQ(dma.time().busy, 100u);
  EXPECT_EQ(dma.time().stalled, 190u);
  EXPECT_EQ(wait(1, 2, 0).access, Access::fault) << "was never started";
}

TEST_F(DmaTest, QueuedTransfersHideTheirLatency) {
  start(0, {dram_base, scratchpad_base, 6400, 1, 0, 0});
  start(0, {dram_base, scratchpad_base + 6400, 6400, 1, 0, 0});
  EXPECT_EQ(wait(0, 2, 0).until, 100u + 100 + 100);
}

TEST_F(DmaTest, ShortRowsOfDramCostWholeLines) {
  start(0, {dram_base, scratchpad_base, 4, 100, 256, 4});
  EXPECT_GE(wait(0, 1, 0).until, 100u + 100) << "a line a row";
}

TEST_F(DmaTest, TheCoreMayNotTouchWhatIsUnderWay) {
  start(0, {dram_base + 256, scratchpad_base, 64, 1, 0, 0});
  EXPECT_TRUE(dma.has_unwaited());
  EXPECT_FALSE(dma.may_access(scratchpad_base + 63, 8, false));
  EXPECT_FALSE(dma.may_access(dram_base + 256, 1, true)) << "its source";
  EXPECT_TRUE(dma.may_access(dram_base + 256, 1, false));
  EXPECT_TRUE(dma.may_access(scratchpad_base + 64, 8, true));
  EXPECT_EQ(wait(0, 1, 1 << 20).access, Access::done);
  EXPECT_FALSE(dma.has_unwaited());
  EXPECT_TRUE(dma.may_access(scratchpad_base, 8, true));
}

TEST_F(DmaTest, TransfersRaceWithEachOtherUntilWaitedFor) {
  start(0, {dram_base, scratchpad_base, 64, 1, 0, 0});
  EXPECT_TRUE(start(1, {dram_base, scratchpad_base + 32, 64, 1, 0, 0}).is_race);
  EXPECT_TRUE(start(1, {scratchpad_base, dram_base + 512, 8, 1, 0, 0}).is_race)
      << "reads what is still written";
  EXPECT_EQ(start(1, {dram_base, scratchpad_base + 64, 64, 1, 0, 0}).access,
            Access::done)
      << "two may read one source";
  EXPECT_EQ(wait(0, 1, 1 << 20).access, Access::done);
  EXPECT_EQ(start(0, {dram_base, scratchpad_base, 64, 1, 0, 0}).access,
            Access::done);
}

TEST_F(DmaTest, RefusesWhatLiesOutside) {
  uint64_t end = dram_base + dram.size();
  constexpr uint64_t huge = ~uint64_t(0);
  for (Transfer transfer : {
           Transfer{end - 8, scratchpad_base, 16, 1, 0, 0},
           Transfer{dram_base, scratchpad_base - 1, 16, 1, 0, 0},
           Transfer{dram_base, scratchpad_base, 16, 2, huge, 0},
           Transfer{dram_base, scratchpad_base, huge, 1, 0, 0},
           Transfer{dram_base, scratchpad_base, 1, huge, 1, 1},
           Transfer{0, scratchpad_base, 16, 1, 0, 0},
           Transfer{dram_base, scratchpad_base, 16, 1 << 10, 0, 1 << 10},
       })
    EXPECT_EQ(start(0, transfer).access, Access::fault);
  EXPECT_EQ(dma.store(2 * core_register::dma_stride, 0, 0).access,
            Access::fault)
      << "there are two channels";
  EXPECT_EQ(start(0, {dram_base, scratchpad_base, 0, 0, 0, 0}).access,
            Access::done)
      << "nothing is nothing";
}

} // namespace
} // namespace landfall::reef::sim
