//===- kernel_frame.h - The function a kernel is emitted into --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What generated code of one kernel finds around it: the operands' pointers,
// the sizes, scratch memory, rare math, the way out when a check fails. The
// target provides it (the calling convention is the target's business).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/llvm_headers.h"
#include "compiler/kernels/frame/machine.h"
#include "package/kernel.h"

#include <map>
#include <tuple>
#include <vector>

namespace landfall::kernels {

class KernelFrame {
public:
  KernelFrame(llvm::IRBuilderBase &builder, const Kernel &kernel,
              const Machine &machine)
      : b(builder), kernel(kernel), machine(machine) {}
  virtual ~KernelFrame() = default;

  llvm::IRBuilderBase &b;
  const Kernel &kernel;
  const Machine &machine;
  /// Set by the target before any code is emitted; they dominate all code.
  std::vector<llvm::Value *> operands; ///< Pointers; empty in a plan function.
  std::vector<uint32_t> copied; ///< Whose pointers are to copies that change.
  /// Whose pointers are into local memory, with room behind (operand_stage.h).
  std::vector<uint32_t> staged;
  std::vector<llvm::Value *> sizes; ///< i64, one a size parameter.
  llvm::Value *scratch = nullptr;   ///< 64-byte aligned; plan says how much.
  llvm::Value *local = nullptr; ///< The processor's own fast memory, if any.

  /// The i64 value of an extent.
  llvm::Value *extent(const Extent &extent);
  llvm::ConstantInt *index(int64_t value) { return b.getInt64(value); }
  /// Elements between neighbours along dimension `dim` of an operand.
  llvm::Value *stride(uint32_t operand, size_t dim);
  /// Whether no operand that the kernel writes shares memory with this one. A
  /// map may run in place over an operand that it reads at the very point that
  /// it writes, and over no other.
  bool is_separate(uint32_t operand);
  /// Stack memory, allocated once on entry.
  llvm::AllocaInst *stack_slot(llvm::Type *type, unsigned count = 1);
  /// The same memory for all who ask for this type and number: for values that
  /// nobody needs after the next call. Long registers make stacks short.
  llvm::AllocaInst *shared_slot(llvm::Type *type, unsigned number);
  /// The storage codes of values that have been rounded to a narrow real, so
  /// that who stores them need not find the code again.
  std::map<std::pair<DType, llvm::Value *>, llvm::Value *> codes;
  /// A new block at the end of the function.
  llvm::BasicBlock *block(const llvm::Twine &name);

  /// Calls the service for `op` on doubles: exp, log, ..., pow, fmod.
  virtual llvm::Value *call_math(ScalarOp op,
                                 llvm::ArrayRef<llvm::Value *> args) = 0;
  /// Leaves the kernel: check `number` failed on `value` (i64). Terminates the
  /// current block.
  virtual void fail(uint32_t number, llvm::Value *value) = 0;

private:
  std::map<std::tuple<llvm::Function *, llvm::Type *, unsigned>,
           llvm::AllocaInst *>
      shared_;
};

} // namespace landfall::kernels
