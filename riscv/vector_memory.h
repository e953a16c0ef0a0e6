//===- vector_memory.h - Vector loads and stores ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/vector.h"

namespace landfall::riscv {

/// What the encoding of a vector load or store says in the present vtype.
struct VectorAccess {
  enum Kind { plain, strided, indexed, whole, mask } kind;
  bool is_first_fault;
  unsigned fields; ///< Of a segment; registers, for `whole`.
  int width_log;   ///< Of the encoding: elements or indices.
  int element_log; ///< Of elements.
  Group data;      ///< One field.
};

VectorAccess vector_access(const Core &core, const Instruction &instruction);

} // namespace landfall::riscv
