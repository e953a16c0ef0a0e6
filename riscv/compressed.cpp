//===- compressed.cpp - What 16-bit instructions stand for ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Expands compressed instructions to 32-bit ones. Reserved encodings give 0,
// which is no instruction.
//
//===----------------------------------------------------------------------===//
#include "riscv/instruction.h"

using namespace landfall::riscv;

namespace {

// The `match` values of the expanded instructions.
constexpr uint32_t addi = 0x13, addiw = 0x1b, slli = 0x1013, srli = 0x5013,
                   srai = 0x40005013, andi = 0x7013, lui = 0x37, add = 0x33,
                   sub = 0x40000033, xor_ = 0x4033, or_ = 0x6033, and_ = 0x7033,
                   subw = 0x4000003b, addw = 0x3b, jal = 0x6f, jalr = 0x67,
                   beq = 0x63, bne = 0x1063, ebreak = 0x100073, lw = 0x2003,
                   ld = 0x3003, fld = 0x3007, sw = 0x2023, sd = 0x3023,
                   fsd = 0x3027;
constexpr uint32_t link = 1, stack = 2;

uint32_t registers(uint32_t match, uint32_t rd, uint32_t rs1, uint32_t rs2) {
  return match | rd << 7 | rs1 << 15 | rs2 << 20;
}

uint32_t immediate(uint32_t match, uint32_t rd, uint32_t rs1, int32_t value) {
  return match | rd << 7 | rs1 << 15 | static_cast<uint32_t>(value) << 20;
}

uint32_t store(uint32_t match, uint32_t rs2, uint32_t rs1, uint32_t offset) {
  return match | rs2 << 20 | rs1 << 15 | (offset & 31) << 7 |
         (offset >> 5) << 25;
}

uint32_t jump(uint32_t rd, uint32_t offset) {
  return jal | rd << 7 | (offset >> 20 & 1) << 31 |
         (offset >> 1 & 0x3ff) << 21 | (offset >> 11 & 1) << 20 |
         (offset >> 12 & 0xff) << 12;
}

uint32_t branch(uint32_t match, uint32_t rs1, uint32_t offset) {
  return match | rs1 << 15 | (offset >> 12 & 1) << 31 |
         (offset >> 5 & 63) << 25 | (offset >> 1 & 15) << 8 |
         (offset >> 11 & 1) << 7;
}

/// The fields of a compressed instruction.
struct Word {
  uint32_t bits;

  uint32_t field(unsigned low, unsigned width) const {
    return bits >> low & ((1u << width) - 1);
  }
  uint32_t rd() const { return field(7, 5); }
  uint32_t rs2() const { return field(2, 5); }
  uint32_t short_rd() const { return 8 + field(2, 3); }
  uint32_t short_rs1() const { return 8 + field(7, 3); }
  uint32_t shift() const { return field(12, 1) << 5 | field(2, 5); }
  int32_t small() const { return static_cast<int32_t>(shift() << 26) >> 26; }
  /// Offsets of accesses of 4 and 8 bytes, to a register and to the stack.
  uint32_t offset4() const {
    return field(5, 1) << 6 | field(10, 3) << 3 | field(6, 1) << 2;
  }
  uint32_t offset8() const { return field(5, 2) << 6 | field(10, 3) << 3; }
  uint32_t stack_load4() const {
    return field(2, 2) << 6 | field(12, 1) << 5 | field(4, 3) << 2;
  }
  uint32_t stack_load8() const {
    return field(2, 3) << 6 | field(12, 1) << 5 | field(5, 2) << 3;
  }
  uint32_t stack_store4() const { return field(7, 2) << 6 | field(9, 4) << 2; }
  uint32_t stack_store8() const { return field(7, 3) << 6 | field(10, 3) << 3; }
};

uint32_t expand_memory(Word c) {
  uint32_t to = c.short_rd(), from = c.short_rs1();
  switch (c.field(13, 3)) {
  case 0: {
    uint32_t offset = c.field(7, 4) << 6 | c.field(11, 2) << 4 |
                      c.field(5, 1) << 3 | c.field(6, 1) << 2;
    return offset ? immediate(addi, to, stack, offset) : 0;
  }
  case 1:
    return immediate(fld, to, from, c.offset8());
  case 2:
    return immediate(lw, to, from, c.offset4());
  case 3:
    return immediate(ld, to, from, c.offset8());
  case 5:
    return store(fsd, to, from, c.offset8());
  case 6:
    return store(sw, to, from, c.offset4());
  case 7:
    return store(sd, to, from, c.offset8());
  default:
    return 0;
  }
}

uint32_t expand_arithmetic(Word c) {
  static constexpr uint32_t operations[8] = {sub,  xor_, or_, and_,
                                             subw, addw, 0,   0};
  uint32_t rd = c.short_rs1();
  switch (c.field(10, 2)) {
  case 0:
    return immediate(srli, rd, rd, c.shift());
  case 1:
    return immediate(srai, rd, rd, c.shift());
  case 2:
    return immediate(andi, rd, rd, c.small());
  default: {
    uint32_t match = operations[c.field(12, 1) << 2 | c.field(5, 2)];
    return match ? registers(match, rd, rd, c.short_rd()) : 0;
  }
  }
}

uint32_t expand_upper(Word c) {
  if (c.small() == 0)
    return 0;
  if (c.rd() != stack)
    return lui | c.rd() << 7 | static_cast<uint32_t>(c.small()) << 12;
  uint32_t offset = c.field(12, 1) << 9 | c.field(3, 2) << 7 |
                    c.field(5, 1) << 6 | c.field(2, 1) << 5 |
                    c.field(6, 1) << 4;
  return immediate(addi, stack, stack,
                   static_cast<int32_t>(offset << 22) >> 22);
}

uint32_t jump_offset(Word c) {
  uint32_t offset = c.field(12, 1) << 11 | c.field(8, 1) << 10 |
                    c.field(9, 2) << 8 | c.field(6, 1) << 7 |
                    c.field(7, 1) << 6 | c.field(2, 1) << 5 |
                    c.field(11, 1) << 4 | c.field(3, 3) << 1;
  return static_cast<uint32_t>(static_cast<int32_t>(offset << 20) >> 20);
}

uint32_t branch_offset(Word c) {
  uint32_t offset = c.field(12, 1) << 8 | c.field(5, 2) << 6 |
                    c.field(2, 1) << 5 | c.field(10, 2) << 3 |
                    c.field(3, 2) << 1;
  return static_cast<uint32_t>(static_cast<int32_t>(offset << 23) >> 23);
}

uint32_t expand_control(Word c) {
  switch (c.field(13, 3)) {
  case 0:
    return immediate(addi, c.rd(), c.rd(), c.small());
  case 1:
    return c.rd() ? immediate(addiw, c.rd(), c.rd(), c.small()) : 0;
  case 2:
    return immediate(addi, c.rd(), 0, c.small());
  case 3:
    return expand_upper(c);
  case 4:
    return expand_arithmetic(c);
  case 5:
    return jump(0, jump_offset(c));
  case 6:
    return branch(beq, c.short_rs1(), branch_offset(c));
  default:
    return branch(bne, c.short_rs1(), branch_offset(c));
  }
}

uint32_t expand_register(Word c) {
  if (c.field(12, 1) == 0) {
    if (c.rs2())
      return registers(add, c.rd(), 0, c.rs2());
    return c.rd() ? immediate(jalr, 0, c.rd(), 0) : 0;
  }
  if (c.rs2())
    return registers(add, c.rd(), c.rd(), c.rs2());
  return c.rd() ? immediate(jalr, link, c.rd(), 0) : ebreak;
}

uint32_t expand_stack(Word c) {
  switch (c.field(13, 3)) {
  case 0:
    return immediate(slli, c.rd(), c.rd(), c.shift());
  case 1:
    return immediate(fld, c.rd(), stack, c.stack_load8());
  case 2:
    return c.rd() ? immediate(lw, c.rd(), stack, c.stack_load4()) : 0;
  case 3:
    return c.rd() ? immediate(ld, c.rd(), stack, c.stack_load8()) : 0;
  case 4:
    return expand_register(c);
  case 5:
    return store(fsd, c.rs2(), stack, c.stack_store8());
  case 6:
    return store(sw, c.rs2(), stack, c.stack_store4());
  default:
    return store(sd, c.rs2(), stack, c.stack_store8());
  }
}

} // namespace

uint32_t landfall::riscv::expand_compressed(uint16_t bits) {
  Word word{bits};
  switch (bits & 3) {
  case 0:
    return expand_memory(word);
  case 1:
    return expand_control(word);
  default:
    return expand_stack(word);
  }
}
