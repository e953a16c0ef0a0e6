//===- function_split.h - What kernels share, apart ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/llvm_headers.h"

#include <memory>
#include <string>
#include <vector>

namespace landfall::native {

/// A function that was moved out of a kernel's module.
struct SharedFunction {
  std::string symbol; ///< Equal for equal functions of any kernels, only.
  std::vector<uint8_t> bitcode; ///< Of a module that has it alone.
};

/// Moves the module's internal functions (frame/shared_function.h) out of it:
/// most contractions have the same ones, which are compiled once that way. The
/// module keeps hidden declarations of them. Those that use global variables
/// stay, and so do all that call these.
std::vector<SharedFunction> split_functions(llvm::Module &module);

/// The module that has the function alone. As it is made of bitcode, its code
/// does not depend on which kernel the function was moved out of.
std::unique_ptr<llvm::Module> module_of(const SharedFunction &function,
                                        llvm::LLVMContext &context);

} // namespace landfall::native
