//===- scaled_factor.h - Factors with scales by blocks of K ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/contraction/contraction_roles.h"

namespace landfall::analysis {

/// A factor (element - zero) * scale, where zero and scale are the same in a
/// block of K: for all indices of the loops of K behind the first `outer`. In a
/// block
///
///   sum of x * (e - z) * s = s * (sum of x * e - z * sum of x)
///
/// Either may be absent.
struct ScaledFactor {
  Factor element;
  std::optional<Factor> zero, scale;
  size_t outer = 0;
};

/// Splits a factor; the element is what the innermost loop of K indexes. Fails
/// with the reason, a clause to follow "because".
Result<ScaledFactor> split_scaled_factor(const Kernel &kernel,
                                         const ContractionRoles &roles,
                                         const Factor &factor);

} // namespace landfall::analysis
