//===- kernel_frame.cpp - The function a kernel is emitted into -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/frame/kernel_frame.h"

namespace landfall::kernels {

llvm::Value *KernelFrame::extent(const Extent &extent) {
  return extent.constant ? index(extent.value) : sizes[extent.value];
}

llvm::Value *KernelFrame::stride(uint32_t operand, size_t dim) {
  const std::vector<Extent> &dims = kernel.operands[operand].dims;
  llvm::Value *product = nullptr;
  for (size_t d = dims.size(); d-- > dim + 1;) {
    llvm::Value *factor = extent(dims[d]);
    product = product ? b.CreateMul(product, factor, "stride") : factor;
  }
  return product ? product : index(1);
}

bool KernelFrame::may_repeat_points() {
  for (uint32_t k = 0; k < kernel.operands.size(); ++k)
    if (!kernel.operands[k].written && !is_separate(k))
      return false;
  return true;
}

bool KernelFrame::is_separate(uint32_t operand) {
  if (llvm::is_contained(copied, operand) ||
      llvm::is_contained(staged, operand))
    return false;
  if (kernel.operands[operand].written)
    return false;
  if (kernel.kind != KernelClass::map)
    return true;
  for (const Node &node : kernel.nodes)
    if (node.kind == NodeKind::load && node.index == operand) {
      llvm::ArrayRef<NodeId> args(node.args);
      if (args.size() < kernel.body.params.size() ||
          args.take_front(kernel.body.params.size()) !=
              llvm::ArrayRef(kernel.body.params))
        return true;
    }
  return false;
}

llvm::AllocaInst *KernelFrame::stack_slot(llvm::Type *type, unsigned count) {
  llvm::BasicBlock &entry = b.GetInsertBlock()->getParent()->getEntryBlock();
  llvm::IRBuilder<> at_entry(&entry, entry.begin());
  llvm::AllocaInst *slot = at_entry.CreateAlloca(
      type, count == 1 ? nullptr : at_entry.getInt32(count));
  slot->setAlignment(llvm::Align(64));
  return slot;
}

llvm::AllocaInst *KernelFrame::shared_slot(llvm::Type *type, unsigned number) {
  llvm::AllocaInst *&slot =
      shared_[{b.GetInsertBlock()->getParent(), type, number}];
  if (!slot)
    slot = stack_slot(type);
  return slot;
}

llvm::BasicBlock *KernelFrame::block(const llvm::Twine &name) {
  return llvm::BasicBlock::Create(b.getContext(), name,
                                  b.GetInsertBlock()->getParent());
}

} // namespace landfall::kernels
