//===- heap.cpp - A heap in one row of a buffer -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/heap.h"

namespace landfall::frontend {

void sift_down(Builder &b, const EntryRow &row, const IsAbove &above,
               Scalar hole, Scalar size, Scalar entry) {
  Scalars place = b.fold_while({hole}, [&](std::span<const Scalar> carried) {
    Scalar here = carried[0];
    Scalar left = here * 2 + 1;
    Scalar last = size - 1;
    // Read what exists; decide below whether it counts.
    Scalar left_entry = row.get(minimum(left, last));
    Scalar right_entry = row.get(minimum(left + 1, last));
    Scalar take_right =
        logical_and(left < last, above(right_entry, left_entry));
    Scalar child = select(take_right, left + 1, left);
    Scalar child_entry = select(take_right, right_entry, left_entry);
    Scalar descend = logical_and(left < size, above(child_entry, entry));
    b.branch(
        descend,
        [&] {
          row.set(here, child_entry);
          return Scalars();
        },
        [] { return Scalars(); });
    return std::pair(descend, Scalars{select(descend, child, here)});
  });
  row.set(place[0], entry);
}

void make_heap(Builder &b, const EntryRow &row, const IsAbove &above,
               Scalar size) {
  Scalar half = size / 2;
  b.fold_to(b.index(0), half, {}, [&](Scalar i, std::span<const Scalar>) {
    Scalar parent = half - 1 - i;
    sift_down(b, row, above, parent, size, row.get(parent));
    return Scalars();
  });
}

} // namespace landfall::frontend
