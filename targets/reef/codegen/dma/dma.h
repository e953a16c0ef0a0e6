//===- dma.h - Transfers into the scratchpad as code -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// A two-dimensional copy: `rows` rows of `row_bytes`. Sizes and strides are
/// i64, in bytes.
struct Transfer {
  llvm::Value *source, *destination;
  llvm::Value *row_bytes, *rows; ///< Nothing is copied if either is 0.
  llvm::Value *source_stride, *destination_stride;
};

/// Emits code that uses one DMA channel of the core. `channel` (i64) is its
/// number, less than the chip's number of channels, which is at least 1. The
/// transfers of a channel complete in order. Between `start` and `wait`, code
/// must not access the destination or write the source.
class Dma {
public:
  Dma(kernels::KernelFrame &frame, llvm::Value *channel);

  void start(const Transfer &transfer);
  /// Waits until all transfers that were started are done.
  void wait() { wait(last_ticket()); }
  /// The number of transfers started so far (i64), which is the ticket of the
  /// last one.
  llvm::Value *last_ticket();
  /// Waits until that transfer and all earlier ones are done.
  void wait(llvm::Value *ticket);

private:
  llvm::Value *address(uint64_t offset);
  void write(uint64_t offset, llvm::Value *value);
  /// A compiler barrier: LLVM moves no memory access across it.
  void barrier();

  kernels::KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  llvm::Value *registers_;
};

} // namespace landfall::reef
