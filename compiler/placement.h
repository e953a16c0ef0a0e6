//===- placement.h - Where a package's kernels run -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/target.h"

namespace landfall::compiler {

/// Asks the target about each kernel and sets the package's fallbacks. Fails
/// (`unsupported`, at the kernel's nodes) where a kernel can run nowhere.
Status place_kernels(const Target &target, Package &package);

/// Generates the host's machine code for the fallbacks that it can be generated
/// for; the others are interpreted. `options.variants` are those of the
/// package's target: where they are "native", so are the host's; else the code
/// is for all of its variants.
Status generate_fallback_code(Package &package, CodegenOptions options);

/// "3 of 17 kernels fall back ...: 2 because ..., 1 because ...": one line for
/// a person; empty if none does.
std::string fallback_summary(const Package &package);

} // namespace landfall::compiler
