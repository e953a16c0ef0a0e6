//===- vector_memory.h - Vector loads and stores ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "riscv/vector.h"

namespace landfall::riscv {

/// A decoded vector load or store with the current vtype.
struct VectorAccess {
  enum Kind { plain, strided, indexed, whole, mask } kind;
  bool is_first_fault;
  unsigned fields; ///< Fields of a segment; registers of a whole-register one.
  int width_log;   ///< log2 of the bytes encoded: of elements or indices.
  int element_log; ///< log2 of the bytes of an element.
  Group data;      ///< One field.
};

VectorAccess vector_access(const Core &core, const Instruction &instruction);

} // namespace landfall::riscv
