//===- local_memory.h - Filling memory beside the processor ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::kernels {

/// Code that copies into `KernelFrame::local` while other code runs. From
/// `start` to `wait`, nobody may touch what is written.
class LocalMemory {
public:
  virtual ~LocalMemory() = default;

  /// How many bytes there are (i64).
  virtual llvm::Value *bytes(KernelFrame &frame) const = 0;
  /// Copies neighbouring bytes (i64); none if there are not any.
  virtual void start(KernelFrame &frame, llvm::Value *source,
                     llvm::Value *destination, llvm::Value *bytes) const = 0;
  /// The ticket (i64) of the last copy that was started.
  virtual llvm::Value *last_ticket(KernelFrame &frame) const = 0;
  /// Until that copy and those before are done.
  virtual void wait(KernelFrame &frame, llvm::Value *ticket) const = 0;
};

} // namespace landfall::kernels
