//===- loop_builder.h - Structured control flow ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Loops and branches whose bodies are emitted by callbacks; carried values are
// phi nodes. Afterwards the builder is positioned after the construct.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include <functional>

namespace landfall::kernels {

using Values = llvm::SmallVector<llvm::Value *, 4>;

/// for (i = low; i < high; i += step) carried = body(i, carried). Indices are
/// signed i64; step > 0 and high + step must not overflow. Returns the final
/// carried values.
Values
emit_for(KernelFrame &frame, llvm::Value *low, llvm::Value *high,
         llvm::Value *step, llvm::ArrayRef<llvm::Value *> init,
         const std::function<Values(llvm::Value *index,
                                    llvm::ArrayRef<llvm::Value *>)> &body);

/// The same without carried values and with step 1.
void emit_for(KernelFrame &frame, llvm::Value *low, llvm::Value *high,
              const std::function<void(llvm::Value *index)> &body);

/// do { (proceed, carried...) = body(carried) } while (proceed). Returns the
/// final carried values.
Values
emit_while(KernelFrame &frame, llvm::ArrayRef<llvm::Value *> init,
           const std::function<Values(llvm::ArrayRef<llvm::Value *>)> &body);

/// if (condition) then_body() else else_body(). Both return values of the same
/// types; the result is the values of the branch taken.
Values emit_if(KernelFrame &frame, llvm::Value *condition,
               const std::function<Values()> &then_body,
               const std::function<Values()> &else_body);
void emit_if(KernelFrame &frame, llvm::Value *condition,
             const std::function<void()> &then_body);

} // namespace landfall::kernels
