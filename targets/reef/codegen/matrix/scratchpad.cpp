//===- scratchpad.cpp - The scratchpad as local memory --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix/scratchpad.h"

#include "targets/reef/chip/registers.h"
#include "targets/reef/codegen/dma/dma.h"
#include "targets/reef/codegen/matrix/matrix_unit.h"

namespace landfall::reef {

using llvm::Value;

namespace {

Dma channel(kernels::KernelFrame &frame) { return {frame, frame.index(0)}; }

} // namespace

Value *Scratchpad::bytes(kernels::KernelFrame &frame) const {
  Value *all = read_core_register(frame, core_register::scratch_bytes);
  return frame.b.CreateSub(all, stack_in(frame, all));
}

void Scratchpad::start(kernels::KernelFrame &frame, Value *source,
                       Value *destination, Value *bytes) const {
  channel(frame).start(
      {source, destination, bytes, frame.index(1), bytes, bytes});
}

Value *Scratchpad::last_ticket(kernels::KernelFrame &frame) const {
  return channel(frame).last_ticket();
}

void Scratchpad::wait(kernels::KernelFrame &frame, Value *ticket) const {
  channel(frame).wait(ticket);
}

} // namespace landfall::reef
