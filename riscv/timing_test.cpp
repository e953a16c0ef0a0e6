//===- timing_test.cpp - The timing model of a hart -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/assembler_for_test.h"
#include "riscv/machine_for_test.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

using namespace landfall::riscv;

namespace {

/// Cycles by which `repetitions` of the body grow a program.
uint64_t
cycles_of(const std::string &body, unsigned repetitions,
          const std::string &before = "",
          HartConfig config = {
              .vlen = 256, .tile_edge = 16, .macs_f32 = 64, .macs_i8 = 256}) {
  uint64_t cycles[2];
  for (int k = 0; k < 2; ++k) {
    Machine machine(config);
    std::string text = "li a0, 0x20000000\n" + before + "\n";
    text += fmt::format(".rept {}\n{}\n.endr\necall\n", (k + 1) * repetitions,
                        body);
    machine.place_code(text);
    machine.run();
    EXPECT_TRUE(machine.has_ended()) << body;
    cycles[k] = machine.hart.cycle();
  }
  return cycles[1] - cycles[0];
}

bool has_assembler() { return *LANDFALL_LLVM_MC != 0; }

} // namespace

TEST(Timing, IndependentInstructionsIssueTwoACycle) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  EXPECT_EQ(cycles_of("addi a1, a0, 1\naddi a2, a0, 2", 100), 100u);
}

TEST(Timing, DependentInstructionsWaitForTheirSources) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  EXPECT_EQ(cycles_of("addi a1, a1, 1", 100), 100u);
  EXPECT_EQ(cycles_of("mul a1, a1, a1", 100), 300u);
  EXPECT_EQ(cycles_of("div a1, a1, a0", 100), 2000u);
  EXPECT_EQ(cycles_of("fadd.d fa1, fa1, fa1", 100), 400u);
  EXPECT_EQ(cycles_of("sd a0, (a0)\nld a0, (a0)", 100), 300u);
}

TEST(Timing, ATakenBranchCostsACycleMore) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  EXPECT_EQ(cycles_of("j 1f\nnop\n1:", 100), 200u);
  EXPECT_EQ(cycles_of("bnez zero, 4", 100), 50u);
}

// 8 registers of 256 bits, 8 cycles: no matter how wide the elements are.
TEST(Timing, AVectorOperationTakesItsBits) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  const char *wide = "vsetvli a1, zero, e64, m8, ta, ma",
             *narrow = "vsetvli a1, zero, e8, m8, ta, ma",
             *short_one = "vsetivli a1, 5, e32, m8, ta, ma";
  EXPECT_EQ(cycles_of("vadd.vv v8, v16, v24", 100, wide), 800u);
  EXPECT_EQ(cycles_of("vadd.vv v8, v16, v24", 100, narrow), 800u);
  EXPECT_EQ(cycles_of("vadd.vv v8, v16, v24", 100, short_one), 100u);
  EXPECT_EQ(cycles_of("vdiv.vv v8, v16, v24", 10, wide), 640u);
  EXPECT_EQ(cycles_of("vle64.v v8, (a0)", 100, wide), 400u);
  EXPECT_EQ(cycles_of("vlse64.v v8, (a0), zero", 100, wide), 3200u);
}

TEST(Timing, VectorMemoryAndArithmeticOverlapAndChain) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  const char *type = "vsetvli a1, zero, e32, m8, ta, ma";
  EXPECT_EQ(cycles_of("vle32.v v8, (a0)\nvadd.vv v16, v8, v8", 100, type),
            800u);
  EXPECT_EQ(cycles_of("vadd.vv v16, v16, v16", 100, type), 800u);
  const char *one = "vsetvli a1, zero, e32, m1, ta, ma";
  EXPECT_EQ(cycles_of("vadd.vv v16, v16, v16", 100, one), 400u);
}

// 16 x 16 multiply-adds at 64 a cycle; loads of the next operands hide.
TEST(Timing, TheMatrixUnitIsBusyWhenItIsFed) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  const char *type = "sf.vsettnt a1, zero, e32, w1\nsf.vsettm a1, zero\n"
                     "sf.vsettk a1, zero";
  EXPECT_EQ(cycles_of("sf.mm.f.f mt0, v0, v8", 100, type), 400u);
  EXPECT_EQ(cycles_of("vle32.v v0, (a0)\nvle32.v v16, (a0)\n"
                      "vle32.v v8, (a0)\nvle32.v v24, (a0)\n"
                      "sf.mm.f.f mt0, v0, v16\nsf.mm.f.f mt4, v0, v24\n"
                      "sf.mm.f.f mt8, v8, v16\nsf.mm.f.f mt12, v8, v24",
                      100, type),
            1600u);
}

TEST(Timing, CountersSayWhereTimeWent) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  Machine machine({.vlen = 256, .tile_edge = 16, .macs_f32 = 64});
  machine.place_code("sf.vsettnt a1, zero, e32, w1\nsf.vsettm a1, zero\n"
                     "sf.vsettk a1, zero\n.rept 50\nsf.mm.f.f mt0, v0, v8\n"
                     ".endr\nsf.vtmv.v.t v0, zero\nvmv.x.s a0, v0\n"
                     "add a0, a0, a0\necall\n");
  machine.run();
  const HartCounters &counters = machine.hart.counters();
  EXPECT_EQ(counters.matrix_macs, 50u * 256);
  EXPECT_EQ(counters.matrix.busy, 200u);
  EXPECT_EQ(counters.instructions, 56u);
  EXPECT_LE(counters.issue.busy + counters.issue.stalled,
            machine.hart.cycle() + 1);
  EXPECT_GT(counters.issue.stalled, 150u);
}
