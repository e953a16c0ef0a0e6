//===- operand.cpp - The operands that formats name -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/operand.h"

#include <fmt/format.h>

using namespace landfall::riscv;

namespace {

constexpr const char *operand_lists[] = {
#define FORMAT(name, mask, operands) operands,
#include "riscv/format.def"
};

/// Bits [low, low + width) of the instruction.
uint32_t field(uint32_t bits, unsigned low, unsigned width) {
  return bits >> low & ((1u << width) - 1);
}

int32_t sign_extend(uint32_t value, unsigned width) {
  return static_cast<int32_t>(value << (32 - width)) >> (32 - width);
}

int32_t branch_offset(uint32_t bits) {
  return sign_extend(field(bits, 31, 1) << 12 | field(bits, 7, 1) << 11 |
                         field(bits, 25, 6) << 5 | field(bits, 8, 4) << 1,
                     13);
}

int32_t jump_offset(uint32_t bits) {
  return sign_extend(field(bits, 31, 1) << 20 | field(bits, 12, 8) << 12 |
                         field(bits, 20, 1) << 11 | field(bits, 21, 10) << 1,
                     21);
}

int32_t immediate(char code, uint32_t bits) {
  switch (code) {
  case 'i':
    return sign_extend(field(bits, 20, 12), 12);
  case 's':
    return sign_extend(field(bits, 25, 7) << 5 | field(bits, 7, 5), 12);
  case 'p':
    return branch_offset(bits);
  case 'j':
    return jump_offset(bits);
  case 'U':
    return static_cast<int32_t>(bits & 0xfffff000);
  case 'h':
    return field(bits, 20, 6);
  case 'k':
    return field(bits, 20, 5);
  case 'c':
    return field(bits, 20, 12);
  case 't':
  case 'x':
    return field(bits, 20, 11);
  case 'e':
    return field(bits, 20, 10);
  case 'S':
    return sign_extend(field(bits, 15, 5), 5);
  default: // z and Z
    return field(bits, 15, 5);
  }
}

/// Reserved types are numbers to the assembler.
std::string vtype_text(uint32_t vtype) {
  static constexpr const char *multipliers[] = {"m1", "m2",  "m4",  "m8",
                                                "",   "mf8", "mf4", "mf2"};
  if (field(vtype, 3, 3) > 3 || (vtype & 7) == 4 || vtype >> 8)
    return fmt::format("{}", vtype);
  return fmt::format("e{},{},{},{}", 8 << field(vtype, 3, 3),
                     multipliers[vtype & 7], vtype & 64 ? "ta" : "tu",
                     vtype & 128 ? "ma" : "mu");
}

std::string tile_type_text(uint32_t vtype) {
  uint32_t width = 8 << field(vtype, 3, 2),
           widening = 1 << field(vtype, 9, 2) >> 1;
  bool is_alternate = vtype & 256;
  if (width * widening > 64 || (is_alternate && width != 16))
    return "?";
  return fmt::format("e{}{},w{}", width, is_alternate ? "alt" : "", widening);
}

std::string fence_text(uint32_t bits) {
  auto set = [](uint32_t members) {
    std::string text;
    for (int k = 0; k < 4; ++k)
      if (members >> (3 - k) & 1)
        text += "iorw"[k];
    return text.empty() ? "0" : text;
  };
  return set(field(bits, 24, 4)) + "," + set(field(bits, 20, 4));
}

std::string operand_text(char code, const Instruction &made) {
  static constexpr const char *roundings[] = {"rne", "rtz", "rdn", "rup",
                                              "rmm", "?",   "?",   "dyn"};
  uint32_t bits = made.bits;
  switch (code) {
  case 'd':
    return fmt::format("x{}", field(bits, 7, 5));
  case 'D':
    return fmt::format("f{}", field(bits, 7, 5));
  case 'v':
    return fmt::format("v{}", field(bits, 7, 5));
  case 'T':
    return fmt::format("mt{}", field(bits, 8, 4));
  case 'a':
    return fmt::format("x{}", made.rs1);
  case 'A':
    return fmt::format("f{}", made.rs1);
  case 'w':
    return fmt::format("v{}", made.rs1);
  case 'b':
    return fmt::format("x{}", made.rs2);
  case 'B':
    return fmt::format("f{}", made.rs2);
  case 'u':
    return fmt::format("v{}", made.rs2);
  case 'C':
    return fmt::format("f{}", made.rs3);
  case 'U':
    return fmt::format("{}", field(bits, 12, 20));
  case 'r':
    return fmt::format(",{}", roundings[made.rounding()]);
  case 'm':
    return made.is_unmasked() ? "" : ",v0.t";
  case 'M':
    return "v0";
  case 'f':
    return fence_text(bits);
  case 't':
  case 'e':
    return vtype_text(made.immediate);
  case 'x':
    return tile_type_text(made.immediate);
  default:
    return fmt::format("{}", immediate(code, bits));
  }
}

} // namespace

const char *landfall::riscv::operands_of(Format format) {
  return operand_lists[static_cast<int>(format)];
}

void landfall::riscv::decode_operand(char code, Instruction &made) {
  uint32_t bits = made.bits;
  uint8_t rd = field(bits, 7, 5), rs1 = field(bits, 15, 5),
          rs2 = field(bits, 20, 5), rs3 = field(bits, 27, 5);
  switch (code) {
  case 'd':
    made.rd = rd ? rd : discarded;
    made.target = rd ? rd : slot_unused;
    break;
  case 'D':
    made.target = slot_f + rd;
    [[fallthrough]];
  case 'v':
    made.rd = rd;
    break;
  case 'T':
    made.rd = rd >> 1;
    break;
  case 'a':
  case 'A':
    made.source1 = code == 'A' ? slot_f + rs1 : rs1;
    [[fallthrough]];
  case 'w':
  case 'z':
  case 'Z':
  case 'S':
    made.rs1 = rs1;
    if (code != 'w' && code != 'a' && code != 'A')
      made.immediate = code == 'z' ? made.immediate : immediate(code, bits);
    break;
  case 'b':
  case 'B':
    made.source2 = code == 'B' ? slot_f + rs2 : rs2;
    [[fallthrough]];
  case 'u':
    made.rs2 = rs2;
    break;
  case 'C':
    made.source3 = slot_f + rs3;
    made.rs3 = rs3;
    break;
  default:
    if (std::string_view("ispjUhkctex").find(code) != std::string_view::npos)
      made.immediate = immediate(code, bits);
  }
}

std::string landfall::riscv::to_text(const Instruction &made) {
  if (!made.row)
    return "unknown";
  static constexpr std::string_view letters = "dabDABCvwuTispjUhkczrfmMSZtex";
  std::string text = made.row->text, operands;
  for (const char *code = operands_of(made.row->format); *code; ++code) {
    if (*code == 'q')
      text += std::string_view(made.bits >> 26 & 1
                                   ? (made.bits >> 25 & 1 ? ".aqrl" : ".aq")
                                   : (made.bits >> 25 & 1 ? ".rl" : ""));
    else if (letters.find(*code) != letters.npos)
      operands += operand_text(*code, made);
    else
      operands += *code;
  }
  return operands.empty() ? text : text + " " + operands;
}
