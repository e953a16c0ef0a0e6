//===- prefetch.h - Asking for memory ahead of its use ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::kernels {

/// Asks for the element of an operand at `offset` (i64, in elements), which
/// need not be inside of it.
void emit_prefetch(KernelFrame &frame, uint32_t operand, llvm::Value *offset);

} // namespace landfall::kernels
