//===- select_first.h - The first k of n entries in an order ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/heap.h"

namespace landfall::frontend {

/// Whether entry `a` comes before entry `b`: a total order.
using ComesBefore = std::function<Scalar(Scalar a, Scalar b)>;

/// Inside a `loops` body: leaves the first `k` of the entries 0 to n - 1, in
/// order, in `row`; k <= n. A heap of the best k so far, then a heap sort: with
/// k = n this is a sort.
void select_first(Builder &b, const EntryRow &row, const ComesBefore &before,
                  Scalar n, Scalar k);

/// Whether x comes before y when sorting values: descending or ascending, NaN
/// greater than any number.
Scalar value_before(Scalar x, Scalar y, bool descending);

} // namespace landfall::frontend
