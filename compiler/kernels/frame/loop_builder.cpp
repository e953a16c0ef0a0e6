//===- loop_builder.cpp - Structured control flow -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

namespace {

/// Phi nodes in `block`, one a value, with their first incoming edge.
llvm::SmallVector<llvm::PHINode *, 4> open_phis(llvm::IRBuilderBase &b,
                                                llvm::ArrayRef<llvm::Value *> v,
                                                llvm::BasicBlock *from) {
  llvm::SmallVector<llvm::PHINode *, 4> phis;
  for (llvm::Value *value : v) {
    llvm::PHINode *phi = b.CreatePHI(value->getType(), 2);
    phi->addIncoming(value, from);
    phis.push_back(phi);
  }
  return phis;
}

Values values_of(llvm::ArrayRef<llvm::PHINode *> phis) {
  return Values(phis.begin(), phis.end());
}

void close_phis(llvm::ArrayRef<llvm::PHINode *> phis,
                llvm::ArrayRef<llvm::Value *> values, llvm::BasicBlock *from) {
  for (size_t k = 0; k < phis.size(); ++k)
    phis[k]->addIncoming(values[k], from);
}

} // namespace

Values emit_for(
    KernelFrame &frame, llvm::Value *low, llvm::Value *high, llvm::Value *step,
    llvm::ArrayRef<llvm::Value *> init,
    const std::function<Values(llvm::Value *, llvm::ArrayRef<llvm::Value *>)>
        &body) {
  llvm::IRBuilderBase &b = frame.b;
  llvm::BasicBlock *before = b.GetInsertBlock();
  llvm::BasicBlock *loop = frame.block("loop");
  llvm::BasicBlock *after = frame.block("after");
  b.CreateCondBr(b.CreateICmpSLT(low, high), loop, after);

  b.SetInsertPoint(loop);
  llvm::PHINode *index = b.CreatePHI(b.getInt64Ty(), 2, "i");
  index->addIncoming(low, before);
  auto carried = open_phis(b, init, before);
  Values next = body(index, values_of(carried));
  llvm::Value *next_index = b.CreateNSWAdd(index, step);
  llvm::BasicBlock *latch = b.GetInsertBlock();
  b.CreateCondBr(b.CreateICmpSLT(next_index, high), loop, after);
  index->addIncoming(next_index, latch);
  close_phis(carried, next, latch);

  b.SetInsertPoint(after);
  auto results = open_phis(b, init, before);
  close_phis(results, next, latch);
  return values_of(results);
}

void emit_for(KernelFrame &frame, llvm::Value *low, llvm::Value *high,
              const std::function<void(llvm::Value *)> &body) {
  emit_for(frame, low, high, frame.index(1), {},
           [&](llvm::Value *index, llvm::ArrayRef<llvm::Value *>) {
             body(index);
             return Values();
           });
}

Values
emit_while(KernelFrame &frame, llvm::ArrayRef<llvm::Value *> init,
           const std::function<Values(llvm::ArrayRef<llvm::Value *>)> &body) {
  llvm::IRBuilderBase &b = frame.b;
  llvm::BasicBlock *before = b.GetInsertBlock();
  llvm::BasicBlock *loop = frame.block("while");
  llvm::BasicBlock *after = frame.block("after");
  b.CreateBr(loop);
  b.SetInsertPoint(loop);
  auto carried = open_phis(b, init, before);
  Values next = body(values_of(carried));
  llvm::Value *proceed = next.front();
  next.erase(next.begin());
  close_phis(carried, next, b.GetInsertBlock());
  b.CreateCondBr(proceed, loop, after);
  b.SetInsertPoint(after);
  return next;
}

Values emit_if(KernelFrame &frame, llvm::Value *condition,
               const std::function<Values()> &then_body,
               const std::function<Values()> &else_body) {
  llvm::IRBuilderBase &b = frame.b;
  llvm::BasicBlock *then_block = frame.block("then");
  llvm::BasicBlock *else_block = frame.block("else");
  llvm::BasicBlock *after = frame.block("after");
  b.CreateCondBr(condition, then_block, else_block);
  b.SetInsertPoint(then_block);
  Values then_values = then_body();
  llvm::BasicBlock *then_end = b.GetInsertBlock();
  b.CreateBr(after);
  b.SetInsertPoint(else_block);
  Values else_values = else_body();
  llvm::BasicBlock *else_end = b.GetInsertBlock();
  b.CreateBr(after);
  b.SetInsertPoint(after);
  auto results = open_phis(b, then_values, then_end);
  close_phis(results, else_values, else_end);
  return values_of(results);
}

void emit_if(KernelFrame &frame, llvm::Value *condition,
             const std::function<void()> &then_body) {
  emit_if(
      frame, condition,
      [&] {
        then_body();
        return Values();
      },
      [] { return Values(); });
}

} // namespace landfall::kernels
