//===- depth_parts.cpp - Split-K ------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/task/depth_parts.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"
#include "targets/reef/codegen/dma/dma.h"

#include "llvm/IR/IntrinsicsRISCV.h"

namespace landfall::reef {

using llvm::Value;

namespace {

using Arguments = llvm::ArrayRef<Value *>;

/// to += from. Arguments: to, from, rows, lanes, elements from row to row.
void emit_add(kernels::KernelFrame &frame, bool real, Arguments v) {
  llvm::IRBuilderBase &b = frame.b;
  llvm::Type *element = real ? b.getFloatTy() : b.getInt32Ty();
  auto *vector = llvm::ScalableVectorType::get(element, 16);
  Value *step = b.CreateElementCount(b.getInt64Ty(), vector->getElementCount());
  Value *none = llvm::PoisonValue::get(vector);
  llvm::Type *types[] = {vector, b.getPtrTy(), b.getInt64Ty()};
  constexpr int64_t as_set = 7; // The rounding mode.
  auto add = [&](Value *x, Value *y, Value *count) -> Value * {
    llvm::Type *kinds[] = {vector, vector, b.getInt64Ty()};
    if (real)
      return b.CreateIntrinsic(llvm::Intrinsic::riscv_vfadd, kinds,
                               {none, x, y, b.getInt64(as_set), count});
    return b.CreateIntrinsic(llvm::Intrinsic::riscv_vadd, kinds,
                             {none, x, y, count});
  };
  // Rows without gaps are added as one row.
  Value *is_whole = b.CreateICmpEQ(v[3], v[4]);
  Value *rows = b.CreateSelect(is_whole, frame.index(1), v[2]);
  Value *lanes = b.CreateSelect(is_whole, b.CreateMul(v[2], v[3]), v[3]);
  kernels::emit_for(
      frame, frame.index(0), lanes, step, {}, [&](Value *lane, Arguments) {
        Value *count = kernels::smaller(b, step, b.CreateSub(lanes, lane));
        kernels::Values start = {kernels::element(b, element, v[0], lane),
                                 kernels::element(b, element, v[1], lane)};
        kernels::emit_for(
            frame, frame.index(0), rows, frame.index(1), start,
            [&](Value *, Arguments at) {
              Value *x = b.CreateIntrinsic(llvm::Intrinsic::riscv_vle, types,
                                           {none, at[0], count});
              Value *y = b.CreateIntrinsic(llvm::Intrinsic::riscv_vle, types,
                                           {none, at[1], count});
              b.CreateIntrinsic(llvm::Intrinsic::riscv_vse, types,
                                {add(x, y, count), at[0], count});
              return kernels::Values{b.CreateGEP(element, at[0], v[4]),
                                     b.CreateGEP(element, at[1], v[4])};
            });
        return kernels::Values();
      });
}

} // namespace

DepthParts::DepthParts(kernels::SizeCode &sizes, const MatrixTiling &tiling)
    : sizes_(sizes), frame_(sizes.frame()), b(sizes.b()), tiling_(tiling) {}

Value *DepthParts::area_bytes() {
  return b.CreateMul(b.CreateMul(tiling_.panel, tiling_.panel),
                     frame_.index(sum_bytes));
}

/// Scratch memory for the blocks of every task: a core may run several.
Value *DepthParts::scratch_bytes() {
  Value *blocks = b.CreateMul(tiling_.tasks(sizes_), tiling_.task_blocks);
  return b.CreateSelect(b.CreateICmpSGT(tiling_.parts, frame_.index(1)),
                        b.CreateMul(blocks, area_bytes()), frame_.index(0));
}

llvm::GlobalVariable *DepthParts::variable(const char *name,
                                           llvm::Type *element) {
  llvm::Module &module = *b.GetInsertBlock()->getModule();
  auto *type = llvm::ArrayType::get(element, max_shared_blocks);
  if (auto *found = module.getGlobalVariable(name, true))
    return found;
  auto *made = new llvm::GlobalVariable(
      module, type, /*isConstant=*/false, llvm::GlobalValue::InternalLinkage,
      llvm::Constant::getNullValue(type), name);
  made->setAlignment(llvm::Align(64));
  return made;
}

void DepthParts::clear_counters() {
  kernels::emit_if(
      frame_, b.CreateICmpSGT(tiling_.parts, frame_.index(1)), [&] {
        // Two at a time.
        Value *arrived = variable("parts_arrived", b.getInt32Ty());
        for (int64_t k = 0; k < max_shared_blocks / 2; ++k)
          b.CreateStore(
              b.getInt64(0),
              kernels::element(b, b.getInt64Ty(), arrived, frame_.index(k)));
      });
}

Value *DepthParts::place(Value *scratch, Value *task, Value *number) {
  Value *block = b.CreateAdd(b.CreateMul(task, tiling_.task_blocks), number);
  return b.CreateGEP(b.getInt8Ty(), scratch, b.CreateMul(block, area_bytes()));
}

/// In scratch memory, rows have no gaps.
Transfer DepthParts::transfer(const Block &block, Value *inside, Value *outside,
                              bool leaves) {
  Value *bytes = b.CreateMul(block.lanes, frame_.index(sum_bytes));
  Value *pitch = b.CreateMul(tiling_.panel, frame_.index(sum_bytes));
  if (leaves)
    return {inside, outside, bytes, block.rows, pitch, bytes};
  return {outside, inside, bytes, block.rows, bytes, pitch};
}

Value *DepthParts::emit(const Block &block) {
  Value *places = variable("parts_at", b.getPtrTy());
  Value *arrived = variable("parts_arrived", b.getInt32Ty());
  Dma channel(frame_, block.channel);
  channel.start(transfer(block, block.sums,
                         place(frame_.scratch, block.task, block.number),
                         /*leaves=*/true));
  channel.wait();
  b.CreateStore(frame_.scratch,
                kernels::element(b, b.getPtrTy(), places, block.task));
  Value *group = b.CreateUDiv(block.task, tiling_.parts);
  Value *counter = kernels::element(
      b, b.getInt32Ty(), arrived,
      b.CreateAdd(b.CreateMul(group, tiling_.task_blocks), block.number));
  Value *before = b.CreateAtomicRMW(llvm::AtomicRMWInst::Add, counter,
                                    b.getInt32(1), llvm::MaybeAlign(4),
                                    llvm::AtomicOrdering::AcquireRelease);
  Value *others = b.CreateSub(tiling_.parts, frame_.index(1));
  Value *is_last = b.CreateICmpEQ(b.CreateZExt(before, b.getInt64Ty()), others);
  kernels::emit_if(frame_, is_last, [&] { add_parts(block); });
  return is_last;
}

/// The address in the scratchpad to which a part is fetched: part 0 over the
/// task's own sums (which are one of the parts, too), and the others
/// alternately to two places in `room`.
Value *DepthParts::place_of(const Block &block, Value *part) {
  Value *is_even =
      b.CreateICmpEQ(b.CreateAnd(part, frame_.index(1)), frame_.index(0));
  Value *room =
      b.CreateGEP(b.getInt8Ty(), block.room,
                  b.CreateSelect(is_even, area_bytes(), frame_.index(0)));
  return b.CreateSelect(b.CreateICmpEQ(part, frame_.index(0)), block.sums,
                        room);
}

void DepthParts::fetch(const Block &block, Value *part) {
  Value *task = b.CreateAdd(b.CreateSub(block.task, block.part), part);
  Value *places = variable("parts_at", b.getPtrTy());
  Value *scratch = b.CreateLoad(
      b.getPtrTy(), kernels::element(b, b.getPtrTy(), places, task));
  Dma(frame_, block.channel)
      .start(transfer(block, place_of(block, part),
                      place(scratch, task, block.number), /*leaves=*/false));
}

/// Adds all parts. While a part is added, the next one is being transferred.
void DepthParts::add_parts(const Block &block) {
  bool real = frame_.kernel.accumulator == DType::f32;
  fetch(block, frame_.index(0));
  kernels::emit_for(frame_, frame_.index(0), tiling_.parts, [&](Value *part) {
    Dma(frame_, block.channel).wait();
    Value *next = b.CreateAdd(part, frame_.index(1));
    kernels::emit_if(frame_, b.CreateICmpSLT(next, tiling_.parts),
                     [&] { fetch(block, next); });
    kernels::emit_if(frame_, b.CreateICmpSGT(part, frame_.index(0)), [&] {
      kernels::call_shared(frame_, real ? "add_reals" : "add_integers",
                           {block.sums, place_of(block, part), block.rows,
                            block.lanes, tiling_.panel},
                           [&](Arguments v) { emit_add(frame_, real, v); });
    });
  });
}

} // namespace landfall::reef
