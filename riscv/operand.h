//===- operand.h - The operands that formats name ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/instruction.h"

namespace landfall::riscv {

/// The operands of a format as format.def writes them.
const char *operands_of(Format format);

/// Decodes the operand with this letter (format.def) from the instruction's
/// bits; does nothing for other characters.
void decode_operand(char code, Instruction &instruction);

} // namespace landfall::riscv
