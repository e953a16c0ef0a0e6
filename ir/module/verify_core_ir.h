//===- verify_core_ir.h - What core IR may contain --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "ir/module/module.h"

namespace landfall::ir {

/// Checks the core IR between passes: only `lf` operations, each as its traits
/// (its level) and its verifier want it. A breach is our own bug and comes back
/// as an `internal` error that quotes the operation.
Status verify_core_ir(Module &module);

} // namespace landfall::ir
