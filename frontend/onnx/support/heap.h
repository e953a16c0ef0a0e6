//===- heap.h - A heap in one row of a buffer -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// One row of a buffer of i64 entries.
struct EntryRow {
  std::function<Scalar(Scalar position)> get;
  std::function<void(Scalar position, Scalar entry)> set;
};

/// Whether entry `a` is above entry `b` in the heap: a total order.
using IsAbove = std::function<Scalar(Scalar a, Scalar b)>;

/// Inside a `loops` body: puts `entry` into the heap of `size` entries at the
/// start of `row`, from the free place `hole` on down.
void sift_down(Builder &b, const EntryRow &row, const IsAbove &above,
               Scalar hole, Scalar size, Scalar entry);

/// Inside a `loops` body: makes a heap of the first `size` entries.
void make_heap(Builder &b, const EntryRow &row, const IsAbove &above,
               Scalar size);

} // namespace landfall::frontend
