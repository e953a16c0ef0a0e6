//===- vector_set.h - Vector types and lengths ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/core.h"

namespace landfall::riscv {

/// VLMAX of the current vtype, which must be legal.
uint64_t vector_length_limit(const Core &core);

} // namespace landfall::riscv
