//===- panel_factor.h - A factor as a panel holds it -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/contraction/contraction_roles.h"

namespace landfall::reef {

/// What a panel holds of a factor. Sums of f32 take the factor as it is. Those
/// of integers take bytes: a factor is then `elements - zero`, or `elements`,
/// where zero does not depend on the depth, and
///
///   sum of (a - za) (b - zb) = sum of a b - zb (sum of a - depth za)
///                                         - za sum of b
///
/// exactly, modulo 2^32.
struct PanelFactor {
  analysis::Factor elements;
  DType type = DType::f32; ///< Of an element.
  std::optional<analysis::Factor> zero;
};

/// As a kernel is on every chip. Fails with the reason where the matrix unit
/// has no such operands.
Result<PanelFactor> read_panel_factor(const Kernel &kernel,
                                      const analysis::ContractionRoles &roles,
                                      const analysis::Factor &factor);

/// Of f32 sums on chips that multiply f16 and bf16, or f8: a factor that is
/// such elements as they are. Fails where it is not.
Result<PanelFactor> read_narrow_factor(const Kernel &kernel,
                                       const analysis::ContractionRoles &roles,
                                       const analysis::Factor &factor);

} // namespace landfall::reef
