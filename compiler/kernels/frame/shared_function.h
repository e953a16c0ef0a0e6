//===- shared_function.h - Functions that kernels share ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/kernel_frame.h"

#include <functional>
#include <string>
#include <utility>

namespace landfall::kernels {

/// The module's internal void function with this name and these parameters, and
/// whether it was created by this call (then the caller emits its body). All
/// kernels of a module share it.
std::pair<llvm::Function *, bool>
inner_function(KernelFrame &frame, const std::string &symbol,
               llvm::ArrayRef<llvm::Type *> parameters);

/// Calls the shared function of this name. If it does not exist yet, creates it
/// and emits its body, which is given the function's parameters.
void call_shared(
    KernelFrame &frame, const std::string &symbol,
    llvm::ArrayRef<llvm::Value *> arguments,
    const std::function<void(llvm::ArrayRef<llvm::Value *>)> &body);

} // namespace landfall::kernels
