//===- kernel_dump.h - How each kernel's code is made ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/native/native_code.h"

namespace landfall::native {

/// Writes with options.dump for one kernel, whose files begin with its number
/// and name:
///   .kernel           the description
///   .N_STEP.kernel    what it is rewritten to by step N, if that changed it
///   .VARIANT.plan     the generator, refusals, roles or loop plan
///   .VARIANT.ll       LLVM IR as generated
///   .VARIANT.opt.ll   and optimised
///   .VARIANT.s        assembly
/// The kernel has a module to itself, with the functions that kernels share.
Status dump_kernel(const compiler::CodegenOptions &options, size_t number,
                   const Kernel &kernel, const Variant &variant,
                   const GeneratorChoice &choose);

} // namespace landfall::native
