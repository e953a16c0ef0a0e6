//===- scalable_memory.h - Strides and indices in memory -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// How vectors whose length only the run knows reach elements that are not
// neighbours: by the machine's own accesses with a stride or with an index for
// each lane, all of them masked.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/lanes/lanes.h"

namespace landfall::kernels {

class ScalableMemory {
public:
  /// Vectors of `lanes` (a scalable machine's) of the integers `stored`, which
  /// is what memory holds from `pointer` on.
  ScalableMemory(Lanes &lanes, llvm::Type *stored, llvm::Value *pointer);

  /// The mask (i1 a lane) may be null: all lanes. Lanes that it leaves out read
  /// zero and write nothing.
  llvm::Value *load_strided(const LaneValue &offset, llvm::Value *mask);
  llvm::Value *gather(llvm::Value *offsets, llvm::Value *mask);
  /// Where lanes meet at one element, the last one's value stays.
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
