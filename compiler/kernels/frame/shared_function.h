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

/// The module's function of this name, and whether it is new and to be filled
/// in. It returns nothing and is shared by all kernels of the module.
std::pair<llvm::Function *, bool>
inner_function(KernelFrame &frame, const std::string &symbol,
               llvm::ArrayRef<llvm::Type *> parameters);

/// Calls the function of this name, shared by all kernels of a module, whose
/// body is emitted if it is new.
void call_shared(
    KernelFrame &frame, const std::string &symbol,
    llvm::ArrayRef<llvm::Value *> arguments,
    const std::function<void(llvm::ArrayRef<llvm::Value *>)> &body);

} // namespace landfall::kernels
