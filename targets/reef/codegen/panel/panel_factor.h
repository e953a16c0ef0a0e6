//===- panel_factor.h - Element type and zero point of a panel -*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/contraction/contraction_roles.h"

namespace landfall::reef {

/// What a panel stores of a factor. For f32 sums: the factor itself. For 32-bit
/// integer sums: the bytes `elements`, where the factor is `elements` or
/// `elements - zero`, with a zero point that does not depend on the depth. Let
/// the factors be a - za and b - zb; then
///
///   sum of (a - za) (b - zb) = sum of a b - zb (sum of a - depth za)
///                                         - za sum of b
///
/// exactly, modulo 2^32, with sums over the depth.
struct PanelFactor {
  analysis::Factor elements;
  DType type = DType::f32; ///< Element type of the panel.
  std::optional<analysis::Factor> zero;
};

/// The factor for the operations that every chip has: f32, and bytes to 32-bit
/// integers. Fails with the reason if it fits neither.
Result<PanelFactor> read_panel_factor(const Kernel &kernel,
                                      const analysis::ContractionRoles &roles,
                                      const analysis::Factor &factor);

/// The factor for f32 sums of f16, bf16 or f8 products, which only some chips
/// have: elements of such a type, unchanged. Fails with the reason if it is
/// anything else.
Result<PanelFactor> read_narrow_factor(const Kernel &kernel,
                                       const analysis::ContractionRoles &roles,
                                       const analysis::Factor &factor);

} // namespace landfall::reef
