//===- decode_test.cpp - Decoding against LLVM's assembler ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/assembler_for_test.h"
#include "riscv/instruction.h"
#include "riscv/operand.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fmt/format.h>
#include <random>

using namespace landfall::riscv;

namespace {

/// Whether the assembler would not say that registers overlap.
bool may_overlap(const Instruction &made) {
  std::string_view operands = operands_of(made.row->format);
  auto has = [&](char code) { return operands.find(code) != operands.npos; };
  return !has('v') || (made.rd != 0 && (!has('u') || made.rd != made.rs2) &&
                       (!has('w') || made.rd != made.rs1));
}

/// Encodings of a row with operands at random, of which `to_text` has a text
/// that an assembler can read: fields that only some values may have are
/// drawn until they have one.
std::vector<Instruction> samples(const Row &row, std::mt19937 &random) {
  std::vector<Instruction> made;
  for (int k = 0; k < 4000 && made.size() < 12; ++k) {
    uint32_t bits = row.match | (static_cast<uint32_t>(random()) & ~row.mask);
    Instruction instruction = decode(bits);
    if (instruction.row == &row && may_overlap(instruction) &&
        to_text(instruction).find('?') == std::string::npos)
      made.push_back(instruction);
  }
  return made;
}

} // namespace

TEST(Decode, EveryRowIsReadAsTheAssemblerWritesIt) {
  if (!*LANDFALL_LLVM_MC)
    GTEST_SKIP() << "no llvm-mc-22 here";
  std::mt19937 random(1);
  unsigned count;
  const Row *rows = instruction_rows(count);
  std::vector<Instruction> all;
  std::string text = ".option norvc\n.option norelax\n";
  for (unsigned k = 0; k < count; ++k) {
    std::vector<Instruction> some = samples(rows[k], random);
    EXPECT_FALSE(some.empty()) << rows[k].text;
    for (const Instruction &instruction : some) {
      all.push_back(instruction);
      text += to_text(instruction) + "\n";
    }
  }
  std::vector<uint8_t> code = assemble(text);
  ASSERT_EQ(code.size(), all.size() * 4);
  for (size_t k = 0; k < all.size(); ++k) {
    uint32_t bits;
    std::memcpy(&bits, code.data() + 4 * k, 4);
    EXPECT_EQ(bits, all[k].bits)
        << fmt::format("{} {:08x} {:08x}", to_text(all[k]), bits, all[k].bits);
  }
}

// The assembler compresses what can be: each 16-bit instruction, as the 32-bit
// one that it stands for, comes back as one that stands for the same. Hints
// have no text of their own and come back longer, or as a move.
TEST(Decode, CompressedInstructionsStandForWhatTheAssemblerCompresses) {
  if (!*LANDFALL_LLVM_MC)
    GTEST_SKIP() << "no llvm-mc-22 here";
  unsigned compared = 0;
  std::vector<Instruction> all;
  std::string text = ".option rvc\n.option norelax\n";
  for (uint32_t word = 0; word < 0x10000; ++word) {
    constexpr uint32_t add_nothing = 0x0001, add_nothing_mask = 0xf07f;
    if ((word & 3) == 3 || !expand_compressed(word) ||
        (word & add_nothing_mask) == add_nothing)
      continue;
    Instruction instruction = decode(word);
    ASSERT_TRUE(instruction.row) << word;
    all.push_back(instruction);
    text += to_text(instruction) + "\n.option norvc\nebreak\n.option rvc\n";
  }
  std::vector<uint8_t> code = assemble(text);
  size_t at = 0;
  for (size_t k = 0; k < all.size() && at + 2 <= code.size(); ++k) {
    uint16_t word;
    std::memcpy(&word, code.data() + at, 2);
    bool is_short = (word & 3) != 3;
    at += (is_short ? 2 : 4) + 4;
    compared += is_short;
    if (is_short)
      EXPECT_EQ(expand_compressed(word), all[k].bits) << to_text(all[k]);
  }
  EXPECT_EQ(at, code.size());
  EXPECT_GT(compared, 46000u);
}

// Every 16-bit word that LLVM knows is known here and no other, except for 0,
// which LLVM calls unimp and which is no instruction.
TEST(Decode, ReservedCompressedInstructionsAreUnknown) {
  if (!*LANDFALL_LLVM_MC)
    GTEST_SKIP() << "no llvm-mc-22 here";
  std::string bytes;
  size_t known = 0;
  for (uint32_t word = 0; word < 0x10000; ++word) {
    if ((word & 3) == 3)
      continue;
    bool is_known = expand_compressed(word) != 0;
    known += is_known;
    bytes += fmt::format("{:#x} {:#x}\n", word & 255, word >> 8);
  }
  EXPECT_EQ(disassemble(bytes).size(), known + 1);
}

// Random words of each opcode in use, with ebreak between them so that each is
// seen to be known or not. A reserved rounding mode ('?') is a fault when it is
// executed. The system's opcode is left out: LLVM knows
// privileged instructions too.
TEST(Decode, WhatLlvmKnowsIsKnownAndNothingElse) {
  if (!*LANDFALL_LLVM_MC)
    GTEST_SKIP() << "no llvm-mc-22 here";
  constexpr uint32_t opcodes[] = {0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23,
                                  0x27, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x47,
                                  0x4b, 0x4f, 0x53, 0x57, 0x63, 0x67, 0x6f,
                                  0x77, 0x0b, 0x2b, 0x5b, 0x7b};
  std::mt19937 random(5);
  std::vector<uint32_t> words;
  std::string bytes;
  for (uint32_t opcode : opcodes)
    for (int n = 0; n < (opcode == 0x57 || opcode == 0x77 ? 20000 : 3000);
         ++n) {
      uint32_t word = (static_cast<uint32_t>(random()) & ~0x7fu) | opcode;
      words.push_back(word);
      bytes += fmt::format("{:#x} {:#x} {:#x} {:#x}\n0x73 0x00 0x10 0x00\n",
                           word & 255, word >> 8 & 255, word >> 16 & 255,
                           word >> 24);
    }
  std::vector<std::string> lines = disassemble(bytes);
  size_t at = 0;
  for (uint32_t word : words) {
    std::string known = at < lines.size() ? lines[at++] : "";
    bool is_known = known != "ebreak";
    at += is_known;
    bool is_ours = decode(word).row != nullptr;
    bool is_reserved = is_ours && decode(word).unit < Unit::vector_set &&
                       to_text(decode(word)).find('?') != std::string::npos;
    EXPECT_EQ(is_known, is_ours && !is_reserved)
        << fmt::format("{:08x} {} {}", word, known, to_text(decode(word)));
  }
  EXPECT_EQ(at, lines.size());
}

TEST(Decode, NoRowHidesAnother) {
  unsigned count;
  const Row *rows = instruction_rows(count);
  for (unsigned k = 0; k < count; ++k) {
    EXPECT_EQ(rows[k].match & ~rows[k].mask, 0u) << rows[k].text;
    EXPECT_EQ(decode(rows[k].match).row, &rows[k]) << rows[k].text;
  }
}

TEST(Decode, WhatIsNotInTheTableIsUnknown) {
  for (uint32_t bits : {0u, 0xffffffffu, 0x00000073u /* ecall */,
                        0x0000007bu /* custom */, 0x30200073u /* mret */})
    EXPECT_FALSE(decode(bits).row) << bits;
}
