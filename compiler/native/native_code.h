//===- native_code.h - Kernels to a section of machine code ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/task_generator.h"
#include "compiler/native/variant.h"
#include "compiler/target.h"

#include "base/result.h"
#include "package/package.h"

#include <functional>
#include <memory>
#include <span>

namespace landfall::native {

/// Refuses the element types that no native generator has: complex and text.
compiler::Support supports_dtypes(const Kernel &kernel);

/// Chooses how a kernel is generated; called from several threads at once.
using GeneratorChoice = std::function<std::unique_ptr<kernels::TaskGenerator>(
    const Kernel &kernel, const kernels::Machine &machine)>;

/// Code for all kernels (at least one) with the calling convention of
/// package/native_abi.h: equal kernels once, a few kernels a module, modules
/// side by side on threads, one link.
Result<CodeSection> compile_kernels(std::span<const Kernel> kernels,
                                    const Variant &variant,
                                    const GeneratorChoice &choose);

} // namespace landfall::native
