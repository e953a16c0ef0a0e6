//===- vector_test.cpp - What qemu is not asked about vectors ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/assembler_for_test.h"
#include "riscv/machine_for_test.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

using namespace landfall::riscv;

namespace {

/// A hart of 256 bits after the text; elements of its registers as T.
struct After {
  explicit After(const std::string &text) : machine({.vlen = 256}) {
    machine.place_code(text + "\necall\n");
    machine.run();
  }
  template <typename T> T element(unsigned index, unsigned k) {
    T value;
    std::memcpy(&value, machine.hart.v(index) + k * sizeof(T), sizeof(T));
    return value;
  }
  Machine machine;
};

bool has_assembler() { return *LANDFALL_LLVM_MC != 0; }
#define NEEDS_ASSEMBLER()                                                      \
  if (!has_assembler())                                                        \
  GTEST_SKIP() << "no llvm-mc-22 here"

} // namespace

TEST(Vector, LengthsFollowTypeAndRequest) {
  NEEDS_ASSEMBLER();
  After after("li a0, 1000\nvsetvli a1, a0, e8, m8, ta, ma\n"
              "vsetvli a2, zero, e64, m1, ta, ma\n"
              "vsetivli a3, 3, e32, mf2, ta, ma\n"
              "vsetvli zero, zero, e16, mf4, ta, ma\ncsrr a4, vl\n"
              "li a5, 7\nvsetvl a5, a5, a0\ncsrr a6, vtype\ncsrr a7, vlenb\n");
  ASSERT_TRUE(after.machine.has_ended());
  uint64_t expected[] = {256, 4, 3, 3, 0, 1ull << 63, 32};
  for (unsigned k = 0; k < 7; ++k)
    EXPECT_EQ(after.machine.hart.x(11 + k), expected[k]) << k;
}

TEST(Vector, ConversionsTowardZeroIgnoreTheRoundingMode) {
  NEEDS_ASSEMBLER();
  After after("li a0, 3\ncsrw frm, a0\nvsetivli zero, 1, e32, m1, ta, ma\n"
              "li a0, 0x402ccccd\nvmv.v.x v8, a0\nvfcvt.x.f.v v9, v8\n"
              "vfcvt.rtz.x.f.v v10, v8\nvfwcvt.rtz.xu.f.v v12, v8\n"
              "li a0, 0xc02ccccd\nvmv.v.x v8, a0\nvfcvt.rtz.x.f.v v11, v8\n"
              "vfcvt.rtz.xu.f.v v14, v8\n"
              "vsetivli zero, 1, e16, mf2, ta, ma\n"
              "vfncvt.rtz.x.f.w v15, v8\n");
  ASSERT_TRUE(after.machine.has_ended());
  EXPECT_EQ(after.element<int32_t>(9, 0), 3); // 2.7
  EXPECT_EQ(after.element<int32_t>(10, 0), 2);
  EXPECT_EQ(after.element<uint64_t>(12, 0), 2u);
  EXPECT_EQ(after.element<int32_t>(11, 0), -2);
  EXPECT_EQ(after.element<uint32_t>(14, 0), 0u);
  EXPECT_EQ(after.element<int16_t>(15, 0), -2);
}

TEST(Vector, ElementsBeforeVstartAndAfterVlStay) {
  NEEDS_ASSEMBLER();
  After after("vsetivli zero, 8, e32, m1, ta, ma\nvmv.v.i v8, 1\n"
              "vmv.v.i v9, 5\nvsetivli zero, 6, e32, m1, ta, ma\n"
              "csrwi vstart, 2\nvadd.vv v8, v9, v9\ncsrr a0, vstart\n");
  ASSERT_TRUE(after.machine.has_ended());
  EXPECT_EQ(after.machine.hart.x(10), 0u);
  std::array<int, 8> expected = {1, 1, 10, 10, 10, 10, 1, 1};
  for (unsigned k = 0; k < 8; ++k)
    EXPECT_EQ(after.element<int32_t>(8, k), expected[k]) << k;
}

TEST(Vector, RegistersThatATypeDoesNotAllowAreIllegal) {
  NEEDS_ASSEMBLER();
  const char *type = "vsetvli a0, zero, e32, m2, ta, ma\n";
  // As words where the assembler would refuse them too.
  for (const char *text : {
           "vadd.vv v9, v10, v12",
           "vadd.vv v8, v11, v12",
           "vwadd.vv v6, v10, v12",
           ".word 0xc6862457" /* vwadd.vv v8, v8, v12 */,
           "vnsrl.wv v10, v8, v12",
           "vle64.v v10, (sp)",
           "vlseg5e32.v v8, (sp)",
           "vsext.vf8 v8, v10",
           ".word 0x00c50057" /* vadd.vv v0, v12, v10, v0.t */,
           "csrwi vstart, 1\nvredsum.vs v8, v10, v12",
           "vsetivli a0, 4, e16, m1, ta, ma\nvfadd.vv v8, v9, v10",
           "csrwi frm, 5\nvfadd.vv v8, v10, v12",
       }) {
    After after(std::string(type) + text);
    EXPECT_FALSE(after.machine.has_ended()) << text;
    EXPECT_EQ(after.machine.hart.fault().cause, FaultCause::illegal_instruction)
        << text;
  }
}
