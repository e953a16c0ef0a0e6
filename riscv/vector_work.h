//===- vector_work.h - What a vector instruction costs ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/core.h"

namespace landfall::riscv {

/// The registers that it takes and the cycles, in the core's present state.
VectorWork vector_work(const Core &core, const Instruction &instruction);

} // namespace landfall::riscv
