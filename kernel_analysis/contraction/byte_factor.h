//===- byte_factor.h - Factors of 8-bit integers ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "kernel_analysis/contraction/contraction_roles.h"

namespace landfall::analysis {

/// A factor of a contraction that sums in 32 bits: cast(b) or cast(b) - zero,
/// where b is an integer of at most 8 bits and the zero point is the same for
/// all steps of K. As
///
///   sum of (a - za) * (b - zb) =
///     sum of a * b - zb * sum of a - za * sum of b + K * za * zb
///
/// modulo 2^32, products can be made of the bytes alone.
struct ByteFactor {
  Factor bytes; ///< Its value is b.
  bool is_signed = false;
  std::optional<Factor> zero; ///< Its value has the accumulator's type.
};

/// The factor in that form, or why it does not have it: a clause to follow
/// "the side".
Result<ByteFactor> read_byte_factor(const Kernel &kernel,
                                    const ContractionRoles &roles,
                                    const Factor &factor);

} // namespace landfall::analysis
