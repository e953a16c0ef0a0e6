//===- graph_passes.h - The passes on core IR, in order ---------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "compiler/target.h"
#include "ir/module/module.h"

#include <functional>
#include <string_view>

namespace landfall::compiler {

/// Called after each pass, with its name; an error ends the passes.
using PassDone = std::function<Status(std::string_view pass)>;

/// Runs the passes that an imported module goes through before it is lowered
/// for the target, but for those skipped. Verifies the module before the first
/// and after the last.
/// `precision`: CompileOptions::precision.
Status run_graph_passes(ir::Module &module, const Target &target,
                        DType precision, const SkippedSteps &skipped,
                        const PassDone &done);

} // namespace landfall::compiler
