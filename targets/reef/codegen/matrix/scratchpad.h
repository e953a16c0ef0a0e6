//===- scratchpad.h - The scratchpad as local memory -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/local_memory.h"

namespace landfall::reef {

/// The core's scratchpad for the loop generator, filled by DMA channel 0. Its
/// size excludes the core's stack.
class Scratchpad final : public kernels::LocalMemory {
public:
  llvm::Value *bytes(kernels::KernelFrame &frame) const override;
  void start(kernels::KernelFrame &frame, llvm::Value *source,
             llvm::Value *destination, llvm::Value *bytes) const override;
  llvm::Value *last_ticket(kernels::KernelFrame &frame) const override;
  void wait(kernels::KernelFrame &frame, llvm::Value *ticket) const override;
};

} // namespace landfall::reef
