//===- local_memory.h - Filling memory beside the processor ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::kernels {

/// Emits asynchronous copies (DMA) into the core's scratchpad,
/// `KernelFrame::local`. Between `start` and `wait` the code must not access
/// the destination. Copies complete in the order in which they were started.
class LocalMemory {
public:
  virtual ~LocalMemory() = default;

  /// The size of the scratchpad in bytes (i64).
  virtual llvm::Value *bytes(KernelFrame &frame) const = 0;
  /// Starts a copy of `bytes` (i64) contiguous bytes; nothing if bytes <= 0.
  virtual void start(KernelFrame &frame, llvm::Value *source,
                     llvm::Value *destination, llvm::Value *bytes) const = 0;
  /// The ticket (i64) of the copy started last.
  virtual llvm::Value *last_ticket(KernelFrame &frame) const = 0;
  /// Waits until the copy with this ticket and all earlier ones are done.
  virtual void wait(KernelFrame &frame, llvm::Value *ticket) const = 0;
};

} // namespace landfall::kernels
