//===- prefetch.cpp - Asking for memory ahead of its use ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/prefetch.h"

namespace landfall::kernels {

using llvm::Value;

void emit_prefetch(KernelFrame &frame, uint32_t operand, Value *offset) {
  constexpr int read = 0, into_all_levels = 3, data = 1;
  llvm::IRBuilderBase &b = frame.b;
  int64_t bytes = size_of(frame.kernel.operands[operand].dtype);
  Value *address = b.CreateGEP(b.getInt8Ty(), frame.operands[operand],
                               b.CreateMul(offset, frame.index(bytes)));
  b.CreateIntrinsic(llvm::Intrinsic::prefetch, {address->getType()},
                    {address, b.getInt32(read), b.getInt32(into_all_levels),
                     b.getInt32(data)});
}

} // namespace landfall::kernels
