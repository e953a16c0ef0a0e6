//===- execute.h - The semantics of the instructions ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/instruction.h"

namespace landfall::riscv {

/// `execute_<id>` for each row of the instruction tables: it updates the core's
/// registers, memory and `next_pc`. Of the timing model, it adds only the cost
/// of memory accesses.
#define INSTRUCTION(id, text, format, unit, match)                             \
  void execute_##id(Core &core, const Instruction &instruction);
#include "riscv/instructions.def"
void execute_unknown(Core &core, const Instruction &instruction);

} // namespace landfall::riscv
