//===- matrix_test.cpp - Xsfmm against plain loops --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/assembler_for_test.h"
#include "riscv/machine_for_test.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <random>

using namespace landfall::riscv;

namespace {

/// A chip with a matrix unit of everything; TE * 16 bits of VLEN unless said.
HartConfig chip(unsigned edge, unsigned bits_per_edge = 16) {
  return {.vlen = edge * bits_per_edge,
          .tile_edge = edge,
          .macs_f32 = edge,
          .macs_f16 = 2 * edge,
          .macs_i8 = 4 * edge,
          .macs_f8 = 4 * edge};
}

/// A number format by its rules: value = fraction * 2^exponent. Only finite
/// numbers are drawn.
double decode_small(uint32_t bits, int exponent_bits, int fraction_bits) {
  int bias = (1 << (exponent_bits - 1)) - 1;
  int exponent = bits >> fraction_bits & ((1 << exponent_bits) - 1);
  double fraction = bits & ((1 << fraction_bits) - 1);
  double size = exponent ? std::ldexp(fraction + (1 << fraction_bits),
                                      exponent - bias - fraction_bits)
                         : std::ldexp(fraction, 1 - bias - fraction_bits);
  return bits >> (exponent_bits + fraction_bits) & 1 ? -size : size;
}

/// A kind of operand: its bytes, and what some bits of it are worth.
struct Kind {
  const char *suffix;
  unsigned bytes;
  const char *type; ///< Of sf.vsettnt.
  std::function<double(uint32_t)> value;
  std::function<bool(uint32_t)> is_drawn; ///< Finite.
};

const Kind &kind(const std::string &name) {
  static auto all = [](uint32_t) { return true; };
  static auto float_of = [](uint32_t bits) -> double {
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
  };
  static const Kind kinds[] = {
      {"f32", 4, "e32,w1", float_of,
       [](uint32_t bits) { return (bits >> 23 & 255) < 250; }},
      {"f16", 2, "e16,w2",
       [](uint32_t bits) { return decode_small(bits, 5, 10); },
       [](uint32_t bits) { return (bits >> 10 & 31) != 31; }},
      {"bf16", 2, "e16alt,w2",
       [](uint32_t bits) { return decode_small(bits, 8, 7); },
       [](uint32_t bits) { return (bits >> 7 & 255) < 250; }},
      {"e5m2", 1, "e8,w4",
       [](uint32_t bits) { return decode_small(bits, 5, 2); },
       [](uint32_t bits) { return (bits >> 2 & 31) != 31; }},
      {"e4m3", 1, "e8,w4",
       [](uint32_t bits) { return decode_small(bits, 4, 3); },
       [](uint32_t bits) { return (bits & 127) != 127; }},
      {"u", 1, "e8,w4", [](uint32_t bits) -> double { return bits; }, all},
      {"s", 1, "e8,w4",
       [](uint32_t bits) -> double { return static_cast<int8_t>(bits); }, all},
  };
  for (const Kind &one : kinds)
    if (name == one.suffix)
      return one;
  std::abort();
}

/// Both operands of one sf.mm as the values and the bits that they have.
struct Operand {
  Operand(const Kind &kind, unsigned rows, unsigned columns,
          std::mt19937 &random)
      : columns(columns) {
    while (values.size() < size_t{rows} * columns) {
      uint32_t drawn =
          kind.bytes == 4 ? random() : random() & ((1 << 8 * kind.bytes) - 1);
      if (kind.bytes == 4 && random() % 2) // Near one.
        drawn = (drawn & 0x80ffffff) | 0x3f000000;
      if (!kind.is_drawn(drawn))
        continue;
      bits.push_back(drawn);
      values.push_back(kind.value(drawn));
    }
  }
  void to_registers(Hart &hart, unsigned first, unsigned stride,
                    unsigned bytes) const {
    for (size_t k = 0; k < bits.size(); ++k)
      std::memcpy(hart.v(first + k / columns * stride) + k % columns * bytes,
                  &bits[k], bytes);
  }
  unsigned columns;
  std::vector<uint32_t> bits;
  std::vector<double> values;
};

struct Shape {
  unsigned m, n, k;
};

/// An sf.mm with its operands' kinds, as a program that takes the shape in a0,
/// a1 and a2 and has a's rows from v8 and b's from v16 on.
struct Multiplication {
  Multiplication(const char *mnemonic, const std::string &a,
                 const std::string &b)
      : mnemonic(mnemonic), a(kind(a)), b(kind(b)),
        is_integer(a == "u" || a == "s"),
        code(assemble(fmt::format("sf.vsettnt a4, a1, {}\nsf.vsettm a3, a0\n"
                                  "sf.vsettk a5, a2\n{} mt4, v8, v16\necall\n",
                                  this->a.type, mnemonic))) {}
  const char *mnemonic;
  const Kind &a, &b;
  bool is_integer;
  std::vector<uint8_t> code;
};

/// One multiplication on a hart and by the definition: single precision, one k
/// after the other, for floats; modulo 2^32 for integers.
void check(Machine &machine, unsigned edge, const Multiplication &by,
           Shape shape, std::mt19937 &random) {
  unsigned stride = 2 * by.a.bytes;
  bool is_integer = by.is_integer;
  Operand a(by.a, shape.k, shape.m, random), b(by.b, shape.k, shape.n, random);
  machine.place(code_base, by.code);
  machine.hart.reset(code_base, shape.m);
  machine.hart.set_x(11, shape.n);
  machine.hart.set_x(12, shape.k);
  a.to_registers(machine.hart, 8, stride, by.a.bytes);
  b.to_registers(machine.hart, 16, stride, by.b.bytes);
  uint64_t macs = machine.hart.counters().matrix_macs;
  std::vector<uint32_t> tile(size_t{edge} * edge);
  for (uint32_t &element : tile)
    element = is_integer ? random() : (random() & 0x80ffffff) | 0x40000000;
  std::memcpy(machine.hart.tile(4), tile.data(), tile.size() * 4);
  machine.run();
  ASSERT_TRUE(machine.has_ended()) << by.mnemonic;
  EXPECT_EQ(machine.hart.x(13), shape.m);
  EXPECT_EQ(machine.hart.counters().matrix_macs - macs,
            uint64_t{shape.m} * shape.n * shape.k);
  for (unsigned i = 0; i < shape.m; ++i)
    for (unsigned j = 0; j < shape.n; ++j) {
      uint32_t &element = tile[i * edge + j];
      for (unsigned k = 0; k < shape.k; ++k) {
        double x = a.values[k * shape.m + i], y = b.values[k * shape.n + j];
        float sum;
        std::memcpy(&sum, &element, 4);
        sum = std::fmaf(static_cast<float>(x), static_cast<float>(y), sum);
        if (is_integer)
          element += static_cast<uint32_t>(static_cast<int32_t>(x * y));
        else
          std::memcpy(&element, &sum, 4);
      }
    }
  EXPECT_EQ(std::memcmp(machine.hart.tile(4), tile.data(), tile.size() * 4), 0)
      << fmt::format("{} {} x {} x {}", by.mnemonic, shape.m, shape.n, shape.k);
}

void check_shapes(const char *mnemonic, const std::string &a,
                  const std::string &b, unsigned greatest_k) {
  std::mt19937 random(7);
  Multiplication by(mnemonic, a, b);
  for (unsigned edge : {16u, 32u, 64u}) {
    Machine machine(chip(edge));
    for (int n = 0; n < 12; ++n) {
      auto draw = [&](unsigned limit) {
        return n ? 1 + static_cast<unsigned>(random() % limit) : limit;
      };
      Shape shape = {draw(edge), draw(edge), draw(greatest_k)};
      check(machine, edge, by, shape, random);
    }
  }
}

bool has_assembler() { return *LANDFALL_LLVM_MC != 0; }

} // namespace

TEST(Matrix, FloatsOfEachWidthMultiply) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  check_shapes("sf.mm.f.f", "f32", "f32", 1);
  check_shapes("sf.mm.f.f", "f16", "f16", 2);
  check_shapes("sf.mm.f.f", "bf16", "bf16", 2);
  check_shapes("sf.mm.e5m2.e5m2", "e5m2", "e5m2", 4);
  check_shapes("sf.mm.e5m2.e4m3", "e5m2", "e4m3", 4);
  check_shapes("sf.mm.e4m3.e5m2", "e4m3", "e5m2", 4);
  check_shapes("sf.mm.e4m3.e4m3", "e4m3", "e4m3", 4);
}

TEST(Matrix, BytesOfEachSignMultiply) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  check_shapes("sf.mm.u.u", "u", "u", 4);
  check_shapes("sf.mm.u.s", "u", "s", 4);
  check_shapes("sf.mm.s.u", "s", "u", 4);
  check_shapes("sf.mm.s.s", "s", "s", 4);
}

// A register of 8 bits for each row of a tile: groups of four for floats.
TEST(Matrix, NarrowRegistersHoldOperandsInGroups) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  std::mt19937 random(3);
  Machine small(chip(16, 8)), large(chip(32, 8));
  check(small, 16, {"sf.mm.f.f", "f32", "f32"}, {16, 16, 1}, random);
  check(large, 32, {"sf.mm.f.f", "f16", "f16"}, {31, 17, 2}, random);
  check(large, 32, {"sf.mm.s.u", "s", "u"}, {32, 32, 4}, random);
}

TEST(Matrix, LengthsAreWhatTheChipGrants) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  Machine machine(chip(32));
  machine.place_code("li a0, 1000\nsf.vsettnt a1, a0, e8, w4\n"
                     "sf.vsettm a2, a0\nsf.vsettk a3, a0\nli a0, 5\n"
                     "sf.vsettn a4, a0\nsf.vsettm a5, a0\n"
                     "sf.vsettnt a6, zero, e16, w2\nsf.vsettk a7, zero\necall");
  machine.run();
  ASSERT_TRUE(machine.has_ended());
  unsigned expected[] = {32, 32, 4, 5, 5, 32, 2};
  for (unsigned k = 0; k < 7; ++k)
    EXPECT_EQ(machine.hart.x(11 + k), expected[k]) << k;
}

// Rows go in, columns come out: a transposition.
TEST(Matrix, RowsAndColumnsOfATileMove) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  constexpr unsigned edge = 16;
  Machine machine(chip(edge));
  for (uint32_t k = 0; k < edge * edge; ++k)
    std::memcpy(machine.at(data_base + 4 * k), &k, 4);
  machine.place_code(fmt::format(
      "sf.vsettnt a1, zero, e32, w1\nli a2, {}\nli a3, {}\n"
      "li a4, {}\nli a5, {}\nli a6, 16\n"
      "1: sf.vlte32 a4, (a2)\naddi a2, a2, 64\naddi a4, a4, 1\n"
      "addi a6, a6, -1\nbnez a6, 1b\nli a6, 16\n"
      "2: andi a0, a6, 1\nbeqz a0, 3f\nsf.vste32 a5, (a3)\nj 4f\n"
      "3: sf.vtmv.v.t v8, a5\nsf.vtmv.t.v a5, v8\nvse32.v v8, (a3)\n"
      "4: addi a3, a3, 64\naddi a5, a5, 1\naddi a6, a6, -1\nbnez a6, 2b\n"
      "ecall\n",
      data_base, data_base + 4096, 8u << 27, 8u << 27 | 1u << 24));
  machine.run();
  ASSERT_TRUE(machine.has_ended());
  for (uint32_t i = 0; i < edge; ++i)
    for (uint32_t j = 0; j < edge; ++j) {
      uint32_t value;
      std::memcpy(&value, machine.at(data_base + 4096 + 4 * (i * edge + j)), 4);
      EXPECT_EQ(value, j * edge + i);
    }
}

TEST(Matrix, WhatTheChipLacksIsIllegal) {
  if (!has_assembler())
    GTEST_SKIP() << "no llvm-mc-22 here";
  HartConfig none_of_f16 = chip(16);
  none_of_f16.macs_f16 = none_of_f16.macs_f8 = 0;
  HartConfig no_unit = {.vlen = 256};
  struct {
    const HartConfig &config;
    const char *text;
  } programs[] = {
      {none_of_f16, "sf.vsettnt a1, zero, e16, w2\nsf.mm.f.f mt0, v0, v8\n"},
      {none_of_f16,
       "sf.vsettnt a1, zero, e8, w4\nsf.mm.e4m3.e4m3 mt0, v0, v8\n"},
      {none_of_f16, "sf.vsettnt a1, zero, e32, w1\nsf.mm.s.s mt0, v0, v8\n"},
      {none_of_f16, "sf.vsettnt a1, zero, e32, w1\nsf.mm.f.f mt0, v7, v8\n"},
      {none_of_f16,
       "vsetvli a1, zero, e32, m1, ta, ma\nsf.mm.f.f mt0, v0, v8\n"},
      {none_of_f16, "sf.vsettm a1, zero\n"},
      {no_unit, "sf.vsettnt a1, zero, e32, w1\n"},
  };
  for (const auto &program : programs) {
    Machine machine(program.config);
    machine.place_code(std::string(program.text) + "ecall");
    machine.run();
    EXPECT_EQ(machine.hart.fault().cause, FaultCause::illegal_instruction);
    EXPECT_FALSE(machine.has_ended()) << program.text;
  }
}
