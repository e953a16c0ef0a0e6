//===- dma.cpp - Transfers into the scratchpad as code --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/dma/dma.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "targets/reef/chip/registers.h"

namespace landfall::reef {

using llvm::Value;

Dma::Dma(kernels::KernelFrame &frame, Value *channel)
    : frame_(frame), b(frame.b) {
  Value *offset = b.CreateMul(channel, b.getInt64(core_register::dma_stride));
  registers_ = b.CreateIntToPtr(
      b.CreateAdd(offset, b.getInt64(core_registers + core_register::dma)),
      b.getPtrTy());
}

Value *Dma::address(uint64_t offset) {
  return b.CreateConstGEP1_64(b.getInt8Ty(), registers_, offset);
}

void Dma::write(uint64_t offset, Value *value) {
  b.CreateStore(value, address(offset), /*isVolatile=*/true);
}

void Dma::barrier() {
  b.CreateFence(llvm::AtomicOrdering::SequentiallyConsistent,
                llvm::SyncScope::SingleThread);
}

void Dma::start(const Transfer &transfer) {
  Value *some =
      b.CreateAnd(b.CreateICmpSGT(transfer.row_bytes, frame_.index(0)),
                  b.CreateICmpSGT(transfer.rows, frame_.index(0)));
  kernels::emit_if(frame_, some, [&] {
    barrier();
    write(dma_register::source,
          b.CreatePtrToInt(transfer.source, b.getInt64Ty()));
    write(dma_register::destination,
          b.CreatePtrToInt(transfer.destination, b.getInt64Ty()));
    write(dma_register::row_bytes, transfer.row_bytes);
    write(dma_register::rows, transfer.rows);
    write(dma_register::source_stride, transfer.source_stride);
    write(dma_register::destination_stride, transfer.destination_stride);
    write(dma_register::start, frame_.index(1));
    barrier();
  });
}

Value *Dma::last_ticket() {
  return b.CreateLoad(b.getInt64Ty(), address(dma_register::start), true);
}

void Dma::wait(Value *ticket) {
  barrier();
  write(dma_register::wait, ticket);
  barrier();
}

} // namespace landfall::reef
