//===- loop_builder.h - Structured control flow ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Loops and branches as callbacks, with carried values as phi nodes. The
// builder stands behind the construct afterwards.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include <functional>

namespace landfall::kernels {

using Values = llvm::SmallVector<llvm::Value *, 4>;

/// for (i = low; i < high; i += step) carried = body(i, carried). i64, signed;
/// step > 0. Returns the last carried values. `high` must not be within `step`
/// of the largest i64.
Values
emit_for(KernelFrame &frame, llvm::Value *low, llvm::Value *high,
         llvm::Value *step, llvm::ArrayRef<llvm::Value *> init,
         const std::function<Values(llvm::Value *index,
                                    llvm::ArrayRef<llvm::Value *>)> &body);

/// Without carried values, step 1.
void emit_for(KernelFrame &frame, llvm::Value *low, llvm::Value *high,
              const std::function<void(llvm::Value *index)> &body);

/// Repeats body(carried) -> (proceed, next...); ends at the first false, whose
/// next values are the result.
Values
emit_while(KernelFrame &frame, llvm::ArrayRef<llvm::Value *> init,
           const std::function<Values(llvm::ArrayRef<llvm::Value *>)> &body);

/// if (condition) then() else otherwise(); both yield as many values.
Values emit_if(KernelFrame &frame, llvm::Value *condition,
               const std::function<Values()> &then_body,
               const std::function<Values()> &else_body);
void emit_if(KernelFrame &frame, llvm::Value *condition,
             const std::function<void()> &then_body);

} // namespace landfall::kernels
