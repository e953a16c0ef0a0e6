//===- dma.h - Transfers into the scratchpad as code -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::reef {

/// Rows of a rectangle in memory; i64 in bytes, pointers as such.
struct Transfer {
  llvm::Value *source, *destination;
  llvm::Value *row_bytes, *rows; ///< Nothing moves if either is 0.
  llvm::Value *source_stride, *destination_stride;
};

/// One of the core's channels, of which a chip has at least one; its number is
/// an i64. From `start` to `wait`, nobody may touch what is written.
class Dma {
public:
  Dma(kernels::KernelFrame &frame, llvm::Value *channel);

  void start(const Transfer &transfer);
  /// Until all that was started is done.
  void wait() { wait(last_ticket()); }
  /// Transfers that were started so far (i64): the last one's ticket.
  llvm::Value *last_ticket();
  /// Until that one and those before are done.
  void wait(llvm::Value *ticket);

private:
  llvm::Value *address(uint64_t offset);
  void write(uint64_t offset, llvm::Value *value);
  /// Keeps the compiler from moving accesses across.
  void barrier();

  kernels::KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  llvm::Value *registers_;
};

} // namespace landfall::reef
