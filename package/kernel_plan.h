//===- kernel_plan.h - A kernel laid out for the interpreter ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A kernel compiled for the interpreter: a list of steps over numbered value
// slots, with each scalar operation resolved to a function. Parameters,
// constants and sizes have slots but no steps.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/evaluate.h"

namespace landfall {

using Slot = uint32_t;

struct Step {
  NodeKind kind = NodeKind::scalar;
  bool guarded = false;     ///< load, store.
  uint32_t index = 0;       ///< Operand or check number.
  Slot result = 0;          ///< scalar, load.
  Slot a = 0, b = 0, c = 0; ///< Operands; bounds; guard (b) and other (c) of a
                            ///< load; value (a) and guard (b) of a store.
  uint32_t first = 0;       ///< Indices or initial values: where in `lists`,
  uint32_t count = 0;       ///< and how many.
  uint32_t blocks[2] = {};  ///< Numbers in `KernelPlan::blocks`.
  /// In the body: the innermost of the kernel's loops on which it depends, all
  /// if it has effects or reads what they change; -1: none.
  int level = -1;
  Operation operation = {};
};

struct StepBlock {
  std::vector<Slot> params;
  std::vector<Step> steps;
  std::vector<Slot> yields;
};

/// A value that a slot has from the start.
struct FixedSlot {
  Slot slot;
  ScalarValue value;
};
struct SizeSlot {
  Slot slot;
  uint32_t size;
};

struct KernelPlan {
  std::vector<StepBlock> blocks;
  uint32_t factors = 0; ///< Number of the block; contraction only.
  uint32_t body = 0;
  std::vector<Slot> lists;
  std::vector<FixedSlot> constants;
  std::vector<SizeSlot> sizes;
  uint32_t slot_count = 0;
};

/// Plans a verified kernel.
KernelPlan plan_kernel(const Kernel &kernel, Precision precision);

} // namespace landfall
