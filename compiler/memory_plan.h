//===- memory_plan.h - Buffers in one arena --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Where the intermediate tensors of the entry graph live: slots of one arena,
/// shared by tensors whose lives do not overlap. Extents are symbolic, so a
/// slot's size is the maximum over its tensors, computed by the program when it
/// starts; one plan serves every shape.
struct MemoryPlan {
  struct Slot {
    ir::Size bytes; ///< Already rounded up to the alignment.
  };
  std::vector<Slot> slots;
  /// The slot of each planned result of a compute operation. Tensors that are
  /// not here are allocated on their own: entry outputs, values that cross
  /// control flow, and those whose extents only the run decides.
  llvm::DenseMap<mlir::Value, unsigned> slot_of;
};

/// Alignment of every tensor in the arena, in bytes.
inline constexpr int64_t arena_alignment = 64;

/// Greedy first-fit over the operations in order (linear-scan register
/// allocation, Poletto and Sarkar 1999, with slots of symbolic size).
MemoryPlan plan_memory(ir::Module::Impl &module);

} // namespace landfall::compiler
