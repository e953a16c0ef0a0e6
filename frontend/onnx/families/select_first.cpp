//===- select_first.cpp - The first k of n entries in an order --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/select_first.h"

namespace landfall::frontend {

void select_first(Builder &b, const EntryRow &row, const ComesBefore &before,
                  Scalar n, Scalar k) {
  Scalar zero = b.index(0);
  // The root is the entry that comes last: the first to be replaced.
  IsAbove later = [&](Scalar x, Scalar y) { return before(y, x); };
  b.fold_to(zero, k, {}, [&](Scalar i, std::span<const Scalar>) {
    row.set(i, i);
    return Scalars();
  });
  make_heap(b, row, later, k);
  // With k = 0 nothing can be replaced.
  b.fold_to(select(k > 0, k, n), n, {}, [&](Scalar i, std::span<const Scalar>) {
    b.branch(
        before(i, row.get(zero)),
        [&] {
          sift_down(b, row, later, zero, k, i);
          return Scalars();
        },
        [] { return Scalars(); });
    return Scalars();
  });
  b.fold_to(b.index(1), k, {}, [&](Scalar i, std::span<const Scalar>) {
    Scalar end = k - i;
    Scalar entry = row.get(end);
    row.set(end, row.get(zero));
    sift_down(b, row, later, zero, end, entry);
    return Scalars();
  });
}

Scalar value_before(Scalar x, Scalar y, bool descending) {
  if (!descending)
    std::swap(x, y);
  Scalar greater = x > y;
  if (is_real(x.dtype()))
    greater =
        logical_or(greater, logical_and(is_nan(x), logical_not(is_nan(y))));
  return greater;
}

} // namespace landfall::frontend
