//===- kernel_frame.h - The function a kernel is emitted into --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What the code of one kernel can use: the operands' pointers, the run-time
// sizes, scratch memory, calls of math functions, and the exit for failed
// checks. A target derives from KernelFrame for its calling convention.
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

/// One function under construction. Used by one thread; builder, kernel and
/// machine must outlive it.
class KernelFrame {
public:
  KernelFrame(llvm::IRBuilderBase &builder, const Kernel &kernel,
              const Machine &machine)
      : b(builder), kernel(kernel), machine(machine) {}
  virtual ~KernelFrame() = default;

  llvm::IRBuilderBase &b;
  const Kernel &kernel;
  const Machine &machine;
  // The target sets operands, sizes, scratch and local before code is emitted;
  // these values dominate all code.
  /// A pointer for each operand of the kernel; empty in the plan function.
  std::vector<llvm::Value *> operands;
  /// Operands whose pointer is to a temporary copy that is overwritten later,
  /// so that loads must not be moved across the overwriting.
  std::vector<uint32_t> copied;
  /// Operands whose pointer is into local memory, where reads past the last
  /// element are allowed (operand_stage.h).
  std::vector<uint32_t> staged;
  /// An i64 for each size parameter.
  std::vector<llvm::Value *> sizes;
  /// Memory of this thread, aligned to 64 bytes, of the size that the plan
  /// function returned.
  llvm::Value *scratch = nullptr;
  /// The core's scratchpad; null if it has none.
  llvm::Value *local = nullptr;
  /// How many threads run the tasks, or 0 (i64); null: not known. Results must
  /// not depend on it.
  llvm::Value *threads = nullptr;

  /// The i64 value of an extent.
  llvm::Value *extent(const Extent &extent);
  llvm::ConstantInt *index(int64_t value) { return b.getInt64(value); }
  /// The operand's stride along dimension `dim`, in elements (i64).
  llvm::Value *stride(uint32_t operand, size_t dim);
  /// Whether the operand's memory is known not to change during a launch. False
  /// for operands that the kernel writes, or reads from a copy or from local
  /// memory; and for those whose memory a map's result may share (in-place
  /// maps): of these, the map reads at each point only the element at the same
  /// index.
  bool is_separate(uint32_t operand);
  /// Whether a point may be computed twice: not if its result may overwrite
  /// what it is computed from.
  bool may_repeat_points();
  /// Stack memory for `count` values, allocated in the entry block.
  llvm::AllocaInst *stack_slot(llvm::Type *type, unsigned count = 1);
  /// Stack memory for one value. Calls in one function with the same type and
  /// number return the same slot, so a value must be dead before the next use
  /// of the slot. Keeps the stack small where vectors are long.
  llvm::AllocaInst *shared_slot(llvm::Type *type, unsigned number);
  /// The encodings of values that have been rounded to a narrow real and are
  /// held as f32, so that a store need not encode them again. Key: the narrow
  /// type and the f32 value; the encoding is an integer of the narrow type's
  /// size.
  std::map<std::pair<DType, llvm::Value *>, llvm::Value *> encodings;
  /// A new block at the end of the function.
  llvm::BasicBlock *block(const llvm::Twine &name);

  /// Calls the C function for `op` (exp, log, ..., pow, fmod) on f64 scalars.
  virtual llvm::Value *call_math(ScalarOp op,
                                 llvm::ArrayRef<llvm::Value *> args) = 0;
  /// Returns from the kernel with the error that check `number` failed on
  /// `value` (i64). Terminates the current block.
  virtual void fail(uint32_t number, llvm::Value *value) = 0;

private:
  std::map<std::tuple<llvm::Function *, llvm::Type *, unsigned>,
           llvm::AllocaInst *>
      shared_;
};

} // namespace landfall::kernels
