//===- instruction.h - The table of instructions, and decoding --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The .def files have one row per instruction. The row's format determines
// which bits `match` fixes and where the operands are. Decoding, disassembly
// and the test against LLVM's assembler are generated from the rows. Compressed
// instructions are decoded as the instructions that they expand to.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <string>

namespace landfall::riscv {

struct Core;
struct Instruction;
using Handler = void (*)(Core &, const Instruction &);

enum class Format : uint8_t {
#define FORMAT(name, mask, operands) name,
#include "riscv/format.def"
};

/// The execution unit, which determines the cost (timing.h).
enum class Unit : uint8_t {
  alu,
  mul,
  div,
  branch,
  load,
  store,
  fp,
  fp_divide,
  vector_set,
  vector, ///< This and all that follow have vector or matrix operands.
  vector_divide,
  vector_load,
  vector_store,
  tile_load,
  tile_store,
  tile_from_vector,
  tile_to_vector,
  matrix,
  matrix_zero,
};

struct Row {
  const char *text;
  Format format;
  Unit unit;
  uint32_t match, mask;
  Handler execute;
};

/// Slots of the scoreboard: x0..x31, f0..f31, one that is always ready (for
/// absent sources), and one that is never read (for absent targets).
constexpr uint8_t slot_f = 32, slot_ready = 64, slot_unused = 65, slots = 66;
/// The register number that stands for x0 as a destination.
constexpr uint8_t discarded = 32;

/// Properties of a vector instruction's operands, derived from its mnemonic.
struct VectorKind {
  bool is_target_wide : 1;  ///< Twice vtype's width.
  bool is_source_wide : 1;  ///< vs2 is.
  bool is_accumulating : 1; ///< vd is a source.
  bool is_reduction : 1;    ///< vd and vs1 are one register.
};

/// A decoded instruction. Register numbers are those of the fields; `rd` is
/// `discarded` where an instruction would write x0.
struct Instruction {
  Handler execute = nullptr;
  const Row *row = nullptr;
  int32_t immediate = 0;
  uint32_t bits = 0;
  uint8_t rd = 0, rs1 = 0, rs2 = 0, rs3 = 0;
  uint8_t target = slot_unused;
  uint8_t source1 = slot_ready, source2 = slot_ready, source3 = slot_ready;
  uint8_t bytes = 4;
  Unit unit = Unit::alu;
  VectorKind vector = {};

  bool is_unmasked() const { return bits >> 25 & 1; }
  unsigned rounding() const { return bits >> 12 & 7; }
};

/// All rows; their number is returned in `count`.
const Row *instruction_rows(unsigned &count);

/// Decodes an instruction of 16 or 32 bits. If it is unknown, `row` is null and
/// `execute` raises the fault.
Instruction decode(uint32_t bits);

/// The 32-bit instruction that a compressed one stands for; 0 if unknown.
uint32_t expand_compressed(uint16_t bits);

/// The instruction in LLVM's assembly syntax; "unknown" if decoding failed.
std::string to_text(const Instruction &instruction);

} // namespace landfall::riscv
