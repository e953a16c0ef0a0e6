//===- depth_parts.h - Split-K ---------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// If a result has fewer blocks than there are cores, several tasks share a
// block (split-K). Each computes the block's sums over a part of the depth and
// stores them in its scratch memory (DRAM). An atomic counter determines which
// task finishes last; that task adds up all parts in the order of their numbers
// and runs the epilogue. No task waits for another, and the result does not
// depend on which one is last.
//
// The counters and the addresses of the parts' sums are global variables of the
// module; the plan function clears the counters.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "targets/reef/codegen/dma/dma.h"
#include "targets/reef/codegen/matrix/matrix_tiling.h"

namespace landfall::reef {

class DepthParts {
public:
  DepthParts(kernels::SizeCode &sizes, const MatrixTiling &tiling);

  /// Bytes of scratch memory per core (i64).
  llvm::Value *scratch_bytes();
  /// Emits the clearing of the counters; for the plan function, which runs
  /// before the tasks of each launch.
  void clear_counters();

  /// A block of sums over one part of the depth.
  struct Block {
    llvm::Value *number; ///< The block's number within the task.
    llvm::Value *task;   ///< The task's number.
    llvm::Value *part; ///< Part number; a block's parts are consecutive tasks.
    llvm::Value *sums; ///< In the scratchpad: [panel][panel].
    llvm::Value *rows, *lanes; ///< The rows and lanes used.
    llvm::Value *room;         ///< Scratchpad for `parts_at_once` blocks.
    llvm::Value *channel;      ///< DMA channel.
  };
  /// Stores the block's sums in scratch memory. The task that comes last then
  /// sets `sums` to the total of all parts. Returns whether this task is the
  /// last (i1).
  llvm::Value *emit(const Block &block);

private:
  llvm::GlobalVariable *variable(const char *name, llvm::Type *element);
  llvm::Value *place(llvm::Value *scratch, llvm::Value *task,
                     llvm::Value *number);
  /// The transfer between a block in the scratchpad and one in scratch memory.
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
