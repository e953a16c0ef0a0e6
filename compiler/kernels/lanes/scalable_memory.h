//===- scalable_memory.h - Strides and indices in memory -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Loads and stores of scalable vectors at elements that are not contiguous, by
// the machine's strided and indexed (gather, scatter) instructions.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"

namespace landfall::kernels {

class ScalableMemory {
public:
  /// For vectors with the lanes of `lanes` (scalable) of integers of type
  /// `stored`, the element type of the memory at `pointer`.
  ScalableMemory(Lanes &lanes, llvm::Type *stored, llvm::Value *pointer);

  /// Offsets are in elements. `mask` is a vector of i1; null: all lanes. Masked
  /// lanes read 0 and write nothing.
  llvm::Value *load_strided(const LaneValue &offset, llvm::Value *mask);
  llvm::Value *gather(llvm::Value *offsets, llvm::Value *mask);
  /// If several lanes write one element, the last lane's value stays.
  void scatter(const LaneValue &offset, llvm::Value *value, llvm::Value *mask);

private:
  llvm::Value *all_if_none(llvm::Value *mask);
  llvm::Value *stride_bytes(const LaneValue &offset);
  llvm::Value *all_lanes(); ///< i32
  void store_strided(const LaneValue &offset, llvm::Value *value,
                     llvm::Value *mask);

  Lanes &lanes_;
  llvm::IRBuilderBase &b;
  llvm::Type *stored_;
  llvm::VectorType *vector_;
  llvm::Value *pointer_;
  llvm::Align align_;
};

} // namespace landfall::kernels
