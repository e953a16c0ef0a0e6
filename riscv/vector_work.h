//===- vector_work.h - Timing of vector instructions ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/core.h"

namespace landfall::riscv {

/// What the timing model (timing.h) needs of a vector or matrix instruction:
/// the registers and tiles that it reads and writes, and the cycles that it
/// keeps its engine busy. To be called before the instruction is executed, as
/// these depend on the core's registers: vl, vtype, the matrix configuration.
VectorWork vector_work(const Core &core, const Instruction &instruction);

} // namespace landfall::riscv
