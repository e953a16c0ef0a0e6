//===- scratchpad.h - The scratchpad as local memory -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/local_memory.h"

namespace landfall::reef {

/// Filled by the first DMA channel.
class Scratchpad final : public LocalMemory {
public:
  llvm::Value *bytes(KernelFrame &frame) const override;
  void start(KernelFrame &frame, llvm::Value *source, llvm::Value *destination,
             llvm::Value *bytes) const override;
  llvm::Value *last_ticket(KernelFrame &frame) const override;
  void wait(KernelFrame &frame, llvm::Value *ticket) const override;
};

} // namespace landfall::reef
