//===- narrow_factor.h - Factors of bytes and of bf16 ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/contraction/contraction_roles.h"

namespace landfall::analysis {

/// A factor cast(x), where x is a bf16, of a contraction that sums in f32; or
/// one of a contraction that sums in 32 bits: cast(x) or cast(x) - zero, where
/// x is an integer of at most 8 bits and the zero point is the same for all
/// steps of K. As
///
///   sum of (a - za) * (b - zb) =
///     sum of a * b - zb * sum of a - za * sum of b + K * za * zb
///
/// modulo 2^32, products can be made of the bytes alone.
struct NarrowFactor {
  Factor narrow; ///< Its value is x.
  bool is_signed = false;
  std::optional<Factor> zero; ///< Its value has the accumulator's type.
};

/// The factor in that form, or why it does not have it: a clause to follow
/// "the side".
Result<NarrowFactor> read_byte_factor(const Kernel &kernel,
                                      const ContractionRoles &roles,
                                      const Factor &factor);
Result<NarrowFactor> read_bf16_factor(const Kernel &kernel,
                                      const ContractionRoles &roles,
                                      const Factor &factor);

} // namespace landfall::analysis
