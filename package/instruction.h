//===- instruction.h - Instructions taken apart ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/program.h"

namespace landfall {

/// One operand: its letter in package/program_op.def ('*' for a count) and its
/// value.
struct InstructionOperand {
  char meaning;
  uint32_t value;
};

/// Fills `operands`; false if their number does not fit the instruction. The
/// opcode must be legal.
bool split_operands(const Instruction &instruction,
                    std::vector<InstructionOperand> &operands);

} // namespace landfall
