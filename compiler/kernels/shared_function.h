//===- shared_function.h - Loops with all registers -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/kernel_frame.h"

#include <functional>
#include <string>

namespace landfall {

/// Calls the function of this name, shared by all kernels of a module, whose
/// body is emitted if it is new.
void call_shared(
    KernelFrame &frame, const std::string &symbol,
    llvm::ArrayRef<llvm::Value *> arguments,
    const std::function<void(llvm::ArrayRef<llvm::Value *>)> &body);

} // namespace landfall
