//===- depth_parts.h - Sums that several tasks make ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Where a result has too few blocks for the cores, tasks share the depth: each
// makes sums over a part of it, and leaves them in its scratch memory. The last
// to come, by a counter, adds up all parts' sums in their order, and goes on as
// if it had made them alone. Nobody waits for another task.
//
// Counters and the places of the parts' sums are variables of the module: the
// planning half of a launch clears them.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/codegen/dma/dma.h"
#include "targets/reef/codegen/matrix/matrix_tiling.h"

namespace landfall::reef {

class DepthParts {
public:
  DepthParts(kernels::SizeCode &sizes, const MatrixTiling &tiling);

  /// Bytes of scratch memory, a core: i64.
  llvm::Value *scratch_bytes();
  /// In the planning function.
  void clear_counters();

  /// A block of sums over one part of the depth.
  struct Block {
    llvm::Value *number;       ///< Among those of the task.
    llvm::Value *task, *part;  ///< Parts of a block are tasks in a row.
    llvm::Value *sums;         ///< In scratchpad: panel x panel.
    llvm::Value *rows, *lanes; ///< That are used.
    llvm::Value *room;         ///< For `parts_at_once` as large ones.
    llvm::Value *channel;
  };
  /// i1: comes last; `sums` are then those of all parts.
  llvm::Value *emit(const Block &block);

private:
  llvm::GlobalVariable *variable(const char *name, llvm::Type *element);
  llvm::Value *place(llvm::Value *scratch, llvm::Value *task,
                     llvm::Value *number);
  /// Between a block in scratchpad and what a task left.
  Transfer transfer(const Block &block, llvm::Value *inside,
                    llvm::Value *outside, bool leaves);
  void fetch(const Block &block, llvm::Value *part);
  llvm::Value *place_of(const Block &block, llvm::Value *part);
  void add_parts(const Block &block);
  llvm::Value *area_bytes();

  kernels::SizeCode &sizes_;
  kernels::KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const MatrixTiling &tiling_;
};

} // namespace landfall::reef
