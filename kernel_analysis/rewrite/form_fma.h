//===- form_fma.h - Sums of products with one rounding ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// Contracts `sum + a * b` to fma(a, b, sum) in the carried sums of f32 and f64
/// folds. Their rounding is not specified (docs/core_ir.md), so omitting one is
/// allowed.
Kernel form_fma(Kernel kernel);

} // namespace landfall::analysis
