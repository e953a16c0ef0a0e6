//===- lane_table.h - Bytes from a table in registers -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"

namespace landfall::kernels {

inline constexpr int64_t table_bytes = 256;

/// The elements of a table of 256 bytes that the unsigned bytes `numbers`, a
/// vector, say; null if the machine has no way better than loading each.
llvm::Value *look_up(Lanes &lanes, llvm::Value *table, llvm::Value *numbers);

} // namespace landfall::kernels
