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

/// Refuses kernels with element types that no generator for machine code
/// supports: complex and text.
compiler::Support supports_dtypes(const Kernel &kernel);

/// Chooses how a kernel is generated; called from several threads at once.
using GeneratorChoice = std::function<kernels::ChosenGenerator(
    const Kernel &kernel, const kernels::Machine &machine,
    const kernels::GeneratorOptions &options)>;

/// Compiles all kernels (at least one) to one image with the calling convention
/// of package/native_abi.h. Structurally equal kernels are compiled once, each
/// as an LLVM module of its own, several in parallel; code that the cache has
/// is not made again (code_cache.h). All are linked. The image has nothing of
/// kernels that fall back; it is empty if all do. Of the options, `dump` (see
/// kernel_dump.h), `cache`, `skipped` and `fallbacks` count here.
Result<CodeSection>
compile_kernels(std::span<const Kernel> kernels, const Variant &variant,
                const GeneratorChoice &choose,
                const compiler::CodegenOptions &options = {});

} // namespace landfall::native
