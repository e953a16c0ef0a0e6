//===- frame_for_test.h - A frame with constant sizes -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only: evaluates emitted code by constant folding.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include "llvm/Analysis/ConstantFolding.h"
#include "llvm/IR/Module.h"

#include <functional>
#include <memory>

namespace landfall::kernels {

/// A frame in which every size parameter is a constant: `sizes`, one value a
/// parameter. LLVM folds code that is computed from sizes only, so that a test
/// can compare it with a number; nothing is executed.
class FrameForTest : public KernelFrame {
public:
  FrameForTest(const Kernel &kernel, const Machine &machine,
               const std::vector<int64_t> &sizes)
      : FrameForTest(std::make_unique<Code>(), kernel, machine) {
    for (int64_t size : sizes)
      this->sizes.push_back(index(size));
  }

  /// The value of an integer expression (0 or 1 for bools). It must have no phi
  /// nodes and no calls but of intrinsics, and load from constant addresses
  /// only.
  int64_t number(llvm::Value *value) {
    llvm::Constant *folded = fold(value);
    auto *integer = llvm::cast<llvm::ConstantInt>(folded);
    return integer->getBitWidth() == 1 ? int64_t(integer->getZExtValue())
                                       : integer->getSExtValue();
  }
  /// The i64 that `number` takes for a load from this address. Set only if the
  /// expression has loads.
  std::function<int64_t(uint64_t address)> memory;

  llvm::Value *call_math(ScalarOp, llvm::ArrayRef<llvm::Value *>) override {
    llvm_unreachable("no math here");
  }
  void fail(uint32_t, llvm::Value *) override { b.CreateUnreachable(); }

private:
  struct Code {
    llvm::LLVMContext context;
    llvm::Module module{"test", context};
    llvm::IRBuilder<> builder{context};
  };

  FrameForTest(std::unique_ptr<Code> code, const Kernel &kernel,
               const Machine &machine)
      : KernelFrame(code->builder, kernel, machine), code_(std::move(code)) {
    auto *type = llvm::FunctionType::get(b.getVoidTy(), false);
    auto *function = llvm::Function::Create(
        type, llvm::GlobalValue::ExternalLinkage, "test", code_->module);
    b.SetInsertPoint(
        llvm::BasicBlock::Create(code_->context, "entry", function));
  }

  llvm::Constant *fold(llvm::Value *value) {
    if (auto *constant = llvm::dyn_cast<llvm::Constant>(value))
      return constant;
    auto *code = llvm::cast<llvm::Instruction>(value);
    llvm::SmallVector<llvm::Constant *> operands;
    for (llvm::Value *operand : code->operands())
      operands.push_back(fold(operand));
    if (llvm::isa<llvm::LoadInst>(code)) {
      auto *address = llvm::cast<llvm::ConstantExpr>(operands[0]);
      auto *where = llvm::cast<llvm::ConstantInt>(address->getOperand(0));
      return index(memory(where->getZExtValue()));
    }
    llvm::Constant *folded = llvm::ConstantFoldInstOperands(
        code, operands, code_->module.getDataLayout());
    assert(folded && "depends on what only the run knows");
    return folded;
  }

  std::unique_ptr<Code> code_;
};

} // namespace landfall::kernels
