//===- hart_test.cpp - A hart and what it is connected to -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/assembler_for_test.h"
#include "riscv/machine_for_test.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fmt/format.h>

using namespace landfall::riscv;

namespace {

constexpr uint64_t register_base = 0x10000000;

/// One register that gives a value once it has one, and notes what is stored.
class OneRegister : public MemoryOnly {
public:
  Access load_register(uint64_t address, uint64_t &loaded) override {
    if (address != register_base)
      return Access::fault;
    if (!value)
      return Access::blocked;
    loaded = value;
    return Access::done;
  }
  Access store_register(uint64_t address, uint64_t stored) override {
    if (address != register_base)
      return Access::fault;
    value = stored;
    return Access::done;
  }
  bool may_access(uint64_t address, uint64_t bytes, bool is_write) override {
    return !is_write || address + bytes <= forbidden || address > forbidden;
  }
  uint64_t value = 0;
  uint64_t forbidden = ~0ull;
};

struct Connected {
  Connected()
      : dram(1 << 20), scratchpad(1 << 16),
        hart({}, {code_base, dram.size(), dram.data()},
             {scratchpad_base, scratchpad.size(), scratchpad.data()}, port) {}

  void start(const std::string &text) {
    std::vector<uint8_t> code = assemble(text);
    std::memcpy(dram.data(), code.data(), code.size());
    hart.reset(code_base, 0);
  }
  Fault run_to_fault(const std::string &text) {
    start(text);
    EXPECT_EQ(hart.run(hart.cycle() + 10000), Hart::Stop::fault) << text;
    return hart.fault();
  }

  OneRegister port;
  std::vector<uint8_t> dram, scratchpad;
  Hart hart;
};

bool has_assembler() { return *LANDFALL_LLVM_MC != 0; }
#define NEEDS_ASSEMBLER()                                                      \
  if (!has_assembler())                                                        \
  GTEST_SKIP() << "no llvm-mc-22 here"

} // namespace

TEST(Hart, ABlockedRegisterIsAskedAgain) {
  NEEDS_ASSEMBLER();
  Connected machine;
  machine.start(fmt::format("li a1, {}\nld a0, (a1)\naddi a0, a0, 1\n"
                            "sd a0, (a1)\necall",
                            register_base));
  EXPECT_EQ(machine.hart.run(1000), Hart::Stop::blocked);
  EXPECT_EQ(machine.hart.run(1000), Hart::Stop::blocked);
  machine.port.value = 41;
  machine.hart.set_cycle(500);
  EXPECT_EQ(machine.hart.run(1000), Hart::Stop::fault);
  EXPECT_EQ(machine.port.value, 42u);
  EXPECT_GE(machine.hart.cycle(), 500u);
}

TEST(Hart, WhatItDoesNotKnowIsAFault) {
  NEEDS_ASSEMBLER();
  Connected machine;
  for (uint32_t word : {0x0000007bu, 0xffffffffu, 0x00000000u, 0x10200073u,
                        0x06000057u | 7u << 7 /* vtype is not set */}) {
    Fault fault = machine.run_to_fault(fmt::format("nop\n.word {}\n", word));
    EXPECT_EQ(fault.cause, FaultCause::illegal_instruction) << word;
    EXPECT_EQ(fault.pc, code_base + 2) << word;
  }
}

TEST(Hart, AFaultNamesCauseAndAddress) {
  NEEDS_ASSEMBLER();
  struct {
    const char *text;
    FaultCause cause;
    uint64_t address;
  } programs[] = {
      {"ld a0, 8(zero)", FaultCause::load_access, 8},
      {"sw a0, 16(zero)", FaultCause::store_access, 16},
      {"li a0, 0x20010000\nlb a1, -1(a0)\nlb a1, (a0)", FaultCause::load_access,
       0x20010000},
      {"li a0, 0x10000004\nld a1, (a0)", FaultCause::load_access, 0x10000004},
      {"li a0, 0x10000000\nlw a1, (a0)", FaultCause::load_access, 0x10000000},
      {"li a0, 0x10000008\nld a1, (a0)", FaultCause::load_access, 0x10000008},
      {"li a0, 0x20000001\nlr.w a1, (a0)", FaultCause::misaligned, 0x20000001},
      {"jr zero", FaultCause::fetch_access, 0},
      {"ebreak", FaultCause::breakpoint, 0},
      {"li a0, 0x2000fff8\nvsetivli a1, 4, e32, m1, ta, ma\nvle32.v v8, (a0)",
       FaultCause::load_access, 0x20010000},
  };
  for (const auto &program : programs) {
    Connected machine;
    Fault fault = machine.run_to_fault(program.text);
    EXPECT_EQ(fault.cause, program.cause) << program.text;
    EXPECT_EQ(fault.address, program.address) << program.text;
  }
}

TEST(Hart, AWatchedAccessMayBeARace) {
  NEEDS_ASSEMBLER();
  Connected machine;
  machine.port.forbidden = scratchpad_base + 64;
  const char *text = "li a0, 0x20000040\nld a1, (a0)\nsd a1, (a0)\necall";
  EXPECT_EQ(machine.run_to_fault(text).cause, FaultCause::illegal_instruction);
  machine.hart.watch_races = true;
  Fault fault = machine.run_to_fault(text);
  EXPECT_EQ(fault.cause, FaultCause::race);
  EXPECT_EQ(fault.address, scratchpad_base + 64);
}

// `li a0, 1` at code_base becomes `li a0, 2`; the hart goes there twice.
TEST(Hart, CodeThatChangesIsSeenAfterAFence) {
  NEEDS_ASSEMBLER();
  for (bool has_fence : {false, true}) {
    Connected machine;
    machine.run_to_fault(fmt::format(
        ".option norvc\n.option norelax\nli a0, 1\nbnez a4, 1f\nli a4, 1\n"
        "li a1, {}\nj 2f\n1: ecall\n2: lw a2, (a1)\nli a3, 0x100000\n"
        "add a2, a2, a3\nsw a2, (a1)\n{}\njr a1",
        code_base, has_fence ? "fence.i" : "nop"));
    EXPECT_EQ(machine.hart.x(10), has_fence ? 2u : 1u);
  }
}

TEST(Hart, AReservationHoldsUntilTheValueChanges) {
  NEEDS_ASSEMBLER();
  Connected machine;
  machine.run_to_fault(
      "li a0, 0x20000000\nlr.d a1, (a0)\nli a2, 5\n"
      "sc.d a3, a2, (a0)\nsc.d a4, a2, (a0)\n"
      "lr.d a1, (a0)\nsd zero, (a0)\nsc.d a5, a2, (a0)\necall");
  EXPECT_EQ(machine.hart.x(13), 0u);
  EXPECT_EQ(machine.hart.x(14), 1u);
  EXPECT_EQ(machine.hart.x(15), 1u);
}

TEST(Hart, FirstFaultLoadsStopShort) {
  NEEDS_ASSEMBLER();
  Connected machine;
  machine.run_to_fault("li a0, 0x2000fff8\nvsetivli a1, 4, e32, m1, ta, ma\n"
                       "vle32ff.v v8, (a0)\ncsrr a2, vl\necall");
  EXPECT_EQ(machine.hart.x(12), 2u);
}
