//===- entry_points.h - The functions a kernel is called by ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/task_generator.h"

namespace landfall::native {

/// Adds the functions <symbol>_plan and <symbol>_run of package/native_abi.h to
/// the module; `generator` emits their bodies.
void emit_entry_points(llvm::Module &module, const std::string &symbol,
                       const Kernel &kernel, const kernels::Machine &machine,
                       kernels::TaskGenerator &generator);

} // namespace landfall::native
