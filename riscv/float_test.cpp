//===- float_test.cpp - Ties that round away from zero ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Hosts do not round so, and numbers at random are seldom ties.
//
//===----------------------------------------------------------------------===//
#include "riscv/machine_for_test.h"

#include <gtest/gtest.h>

using namespace landfall::riscv;

namespace {

constexpr uint64_t box = ~0ull << 32;

/// f10 after `text` with numbers in f11, f12, f13 and x11.
uint64_t after(const char *text, uint64_t a, uint64_t b, uint64_t c) {
  Machine machine({});
  machine.place_code(std::string(text) + "\necall");
  machine.hart.set_f(11, a);
  machine.hart.set_f(12, b);
  machine.hart.set_f(13, c);
  machine.hart.set_x(11, a);
  machine.run();
  EXPECT_TRUE(machine.has_ended());
  return machine.hart.f(10);
}

} // namespace

TEST(Float, TiesGoAwayFromZeroWhereAsked) {
  if (*LANDFALL_LLVM_MC == 0)
    GTEST_SKIP() << "no llvm-mc-22 here";
  constexpr uint64_t one = 0x3ff0000000000000, tiny = 0x3ca0000000000000,
                     one_single = box | 0x3f800000,
                     tiny_single = box | 0x33800000, // 2^-24
      minus_tiny_single = box | 0xb3800000, minus_one_single = box | 0xbf800000;
  struct {
    const char *text;
    uint64_t a, b, c, expected;
  } cases[] = {
      {"fadd.s f10, f11, f12, rne", one_single, tiny_single, 0, one_single},
      {"fadd.s f10, f11, f12, rmm", one_single, tiny_single, 0, one_single + 1},
      {"fadd.s f10, f11, f12, rmm", minus_one_single, minus_tiny_single, 0,
       minus_one_single + 1},
      {"fadd.d f10, f11, f12, rmm", one, tiny, 0, one + 1},
      {"fadd.d f10, f11, f12, rmm", one, tiny - 1, 0, one},
      {"fmadd.d f10, f11, f12, f13, rmm", tiny, one, one, one + 1},
      {"fmadd.s f10, f11, f12, f13, rmm", tiny_single, one_single, one_single,
       one_single + 1},
      {"fcvt.s.d f10, f11, rmm", one + (1ull << 28), 0, 0, one_single + 1},
      {"fcvt.s.l f10, x11, rmm", 0x1000001, 0, 0, box | 0x4b800001},
      {"fcvt.s.l f10, x11, rne", 0x1000001, 0, 0, box | 0x4b800000},
      {"fcvt.d.l f10, x11, rmm", 0x20000000000001, 0, 0, 0x4340000000000001},
  };
  for (const auto &one_case : cases)
    EXPECT_EQ(after(one_case.text, one_case.a, one_case.b, one_case.c),
              one_case.expected)
        << one_case.text;
}
