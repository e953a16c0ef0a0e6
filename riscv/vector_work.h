//===- vector_work.h - What a vector instruction costs ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/core.h"

namespace landfall::riscv {

/// The registers it uses and the cycles it takes in the core's current state.
VectorWork vector_work(const Core &core, const Instruction &instruction);

} // namespace landfall::riscv
