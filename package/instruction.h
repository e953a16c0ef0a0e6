//===- instruction.h - The operands of an instruction ----------*- C++ -*-===//
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

/// Splits an instruction into operands. False if the number of arguments does
/// not match its row in program_op.def. The opcode must be valid.
bool split_operands(const Instruction &instruction,
                    std::vector<InstructionOperand> &operands);

} // namespace landfall
