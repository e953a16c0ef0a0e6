//===- sorted_entries.h - The first k of n entries by keys ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// A key of each of `count` entries in each point of `outer`.
struct KeyedEntries {
  Shape outer;
  Size count;
  DType key_type; ///< i32 or i64 (order_key.h).
  std::function<Scalar(std::span<const Scalar> point, Scalar entry)> key;
};

/// The `first` (at most count) entries of each point in descending order of
/// their keys, of equal ones the lowest number first: i64 [outer..., first].
/// Few are taken from a tournament, many sorted; where only the run knows how
/// many they are, it chooses.
Tensor sorted_entries(Builder &b, const KeyedEntries &entries, Size first);

} // namespace landfall::frontend
