//===- memory_plan.h - Buffers in one arena --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "ir/module/module_impl.h"

namespace landfall::compiler {

/// Assigns the intermediate tensors of the entry graph, and those of the bodies
/// of its loops, to slots of one arena. Tensors with disjoint live ranges share
/// a slot. Extents are symbolic: a
/// slot's size is an expression, the maximum over its tensors, evaluated by the
/// program at the start of a run; one plan serves every shape.
struct MemoryPlan {
  struct Slot {
    ir::Size bytes; ///< Already rounded up to the alignment.
  };
  std::vector<Slot> slots;
  /// The slot of each planned result of a compute operation. Other tensors are
  /// allocated individually: outputs, values that cross control flow, and
  /// those with data-dependent extents.
  llvm::DenseMap<mlir::Value, unsigned> slot_of;
};

/// Alignment of every tensor in the arena, in bytes.
inline constexpr int64_t arena_alignment = 64;

/// Greedy first-fit over the operations in order (linear-scan register
/// allocation, Poletto and Sarkar 1999, with slots of symbolic size). Without
/// `share`, each tensor has a slot of its own.
MemoryPlan plan_memory(ir::Module::Impl &module, bool share = true);

} // namespace landfall::compiler
