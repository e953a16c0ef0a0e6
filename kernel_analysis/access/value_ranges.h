//===- value_ranges.h - Intervals of integer values ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

namespace landfall::analysis {

/// The values that an integer may have, both ends included.
struct ValueRange {
  int64_t least = INT64_MIN;
  int64_t most = INT64_MAX;

  bool fits(const ValueRange &outer) const {
    return least >= outer.least && most <= outer.most;
  }
  friend bool operator==(const ValueRange &, const ValueRange &) = default;
};

/// The values of an integer type (of u64 as the bits of an i64: all), and of
/// bool; everything for other types.
ValueRange range_of(DType type);

/// Interval analysis: a range for each node, where size parameter k is in
/// `sizes[k]`; everything where nothing is known, and for nodes that are no
/// integers. Values are those of launches in which some loop has an iteration.
///
///   loops (H, W), H in [0, 1000], W = 7:  i * 7 + j  is in [0, 6999]
std::vector<ValueRange> value_ranges(const Kernel &kernel,
                                     std::span<const ValueRange> sizes);

/// Whether a machine with integers of 32 bits can compute all of the kernel's
/// 64-bit integers in them: no value in the ranges leaves i32. A launch knows
/// its sizes, so its ranges can have one value each.
bool fits_32_bits(const Kernel &kernel, std::span<const ValueRange> ranges);

} // namespace landfall::analysis
