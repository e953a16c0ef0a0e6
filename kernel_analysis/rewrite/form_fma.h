//===- form_fma.h - Sums of products with one rounding ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// In folds over f32 and f64, `sum + a * b` becomes fma(a, b, sum). A fold's
/// sum is rounded in any order (docs/core_ir.md), so its steps may round less.
Kernel form_fma(Kernel kernel);

} // namespace landfall::analysis
