//===- integer.cpp - Integer instructions -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "riscv/core.h"
#include "riscv/division.h"
#include "riscv/execute.h"

using namespace landfall::riscv;

namespace {

using Wide = __int128;
using UnsignedWide = unsigned __int128;

int64_t word(uint64_t value) { return static_cast<int32_t>(value); }

} // namespace

// a, b: the unsigned sources; i: the immediate; sa, sb: signed.
#define INTEGER(id, value)                                                     \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    [[maybe_unused]] uint64_t a = core.x[in.rs1], b = core.x[in.rs2];          \
    [[maybe_unused]] int64_t sa = a, sb = b, i = in.immediate;                 \
    core.x[in.rd] = (value);                                                   \
  }

INTEGER(lui, i)
INTEGER(auipc, core.pc + i)
INTEGER(addi, a + i)
INTEGER(slti, sa < i)
INTEGER(sltiu, a < static_cast<uint64_t>(i))
INTEGER(xori, a ^ i)
INTEGER(ori, a | i)
INTEGER(andi, a &i)
INTEGER(slli, a << i)
INTEGER(srli, a >> i)
INTEGER(srai, sa >> i)
INTEGER(addiw, word(a + i))
INTEGER(slliw, word(a << i))
INTEGER(srliw, word(static_cast<uint32_t>(a) >> i))
INTEGER(sraiw, word(a) >> i)
INTEGER(add, a + b)
INTEGER(sub, a - b)
INTEGER(sll, a << (b & 63))
INTEGER(slt, sa < sb)
INTEGER(sltu, a < b)
INTEGER(xor_, a ^ b)
INTEGER(srl, a >> (b & 63))
INTEGER(sra, sa >> (b & 63))
INTEGER(or_, a | b)
INTEGER(and_, a &b)
INTEGER(addw, word(a + b))
INTEGER(subw, word(a - b))
INTEGER(sllw, word(a << (b & 31)))
INTEGER(srlw, word(static_cast<uint32_t>(a) >> (b & 31)))
INTEGER(sraw, word(a) >> (b & 31))
INTEGER(mul, a *b)
INTEGER(mulh, static_cast<uint64_t>((Wide{sa} * sb) >> 64))
INTEGER(mulhsu, static_cast<uint64_t>((Wide{sa} * static_cast<Wide>(b)) >> 64))
INTEGER(mulhu, static_cast<uint64_t>((UnsignedWide{a} * b) >> 64))
INTEGER(div, quotient(sa, sb))
INTEGER(divu, quotient(a, b))
INTEGER(rem, modulus(sa, sb))
INTEGER(remu, modulus(a, b))
INTEGER(mulw, word(a *b))
INTEGER(divw, quotient<int32_t>(a, b))
INTEGER(divuw, word(quotient<uint32_t>(a, b)))
INTEGER(remw, modulus<int32_t>(a, b))
INTEGER(remuw, word(modulus<uint32_t>(a, b)))

#define BRANCH(id, condition)                                                  \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    [[maybe_unused]] uint64_t a = core.x[in.rs1], b = core.x[in.rs2];          \
    [[maybe_unused]] int64_t sa = a, sb = b;                                   \
    if (condition)                                                             \
      core.next_pc = core.pc + in.immediate;                                   \
  }

BRANCH(beq, a == b)
BRANCH(bne, a != b)
BRANCH(blt, sa < sb)
BRANCH(bge, sa >= sb)
BRANCH(bltu, a < b)
BRANCH(bgeu, a >= b)

void landfall::riscv::execute_jal(Core &core, const Instruction &in) {
  core.x[in.rd] = core.next_pc;
  core.next_pc = core.pc + in.immediate;
}

void landfall::riscv::execute_jalr(Core &core, const Instruction &in) {
  uint64_t target = (core.x[in.rs1] + in.immediate) & ~1ull;
  core.x[in.rd] = core.next_pc;
  core.next_pc = target;
}

#define LOAD(id, type)                                                         \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    type value;                                                                \
    if (core.load(core.x[in.rs1] + in.immediate, value))                       \
      core.x[in.rd] = static_cast<int64_t>(value);                             \
  }

LOAD(lb, int8_t)
LOAD(lh, int16_t)
LOAD(lw, int32_t)
LOAD(ld, int64_t)
LOAD(lbu, uint8_t)
LOAD(lhu, uint16_t)
LOAD(lwu, uint32_t)

#define STORE(id, type)                                                        \
  void landfall::riscv::execute_##id(Core &core, const Instruction &in) {      \
    core.store(core.x[in.rs1] + in.immediate,                                  \
               static_cast<type>(core.x[in.rs2]));                             \
  }

STORE(sb, uint8_t)
STORE(sh, uint16_t)
STORE(sw, uint32_t)
STORE(sd, uint64_t)
