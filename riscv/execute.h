//===- execute.h - What the rows of the tables do ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/instruction.h"

namespace landfall::riscv {

/// `execute_<id>` of each row. They find and leave the registers, memory and
/// `next_pc` of the core; time is not theirs except for what memory costs.
#define INSTRUCTION(id, text, format, unit, match)                             \
  void execute_##id(Core &core, const Instruction &instruction);
#include "riscv/instructions.def"
void execute_unknown(Core &core, const Instruction &instruction);

} // namespace landfall::riscv
