//===- radix_sort.h - Sorting by the digits of keys -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Inside a `loops` body: sorts entries by their keys, the greatest first, of
/// equal ones the lowest number first. By 8 bits of the keys at a time, from
/// the lowest on, those left out that all keys share: the time is that of a
/// few passes over the entries.
struct RadixSort {
  static constexpr int64_t digits = 256;

  Builder &b;
  Scalar count;       ///< More than 0.
  Scalar digit_count; ///< `digits`: the extent of `counts`.
  DType key_type;     ///< i32 or i64 (order_key.h).
  std::function<Scalar(Scalar entry)> key;
  /// The point's parts of buffers: `count` keys; twice as many numbers of
  /// entries; a number for each digit. What is got and set is i64 but for keys.
  struct Row {
    std::function<Scalar(Scalar position)> get;
    std::function<void(Scalar position, Scalar value)> set;
  };
  Row keys, order, counts;

  /// Sorts; the position in `order` of the first entry.
  Scalar run() const;

private:
  Scalar digit(Scalar key, Scalar shift) const;
  void count_digits(Scalar shift) const;
  void distribute(Scalar shift, Scalar source) const;
};

} // namespace landfall::frontend
