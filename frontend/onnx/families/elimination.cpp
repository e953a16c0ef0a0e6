//===- elimination.cpp - Rows of a matrix under elimination ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/elimination.h"

namespace landfall::frontend {

Scalars Matrix::index(Scalar i, Scalar j) const {
  Scalars all(batch.begin(), batch.end());
  all.insert(all.end(), {i, j});
  return all;
}

Scalar pivot_row(Builder &b, const Matrix &a, Scalar k, Scalar n) {
  return b.fold_to(k, n, {k, abs(a.at(k, k))},
                   [&](Scalar i, std::span<const Scalar> best) -> Scalars {
                     Scalar size = abs(a.at(i, k));
                     Scalar better = size > best[1];
                     return {select(better, i, best[0]),
                             select(better, size, best[1])};
                   })[0];
}

void swap_rows(Builder &b, const Matrix &a, Scalar i, Scalar k, Scalar first,
               Scalar n) {
  b.fold_to(first, n, {}, [&](Scalar j, std::span<const Scalar>) -> Scalars {
    Scalar upper = a.at(k, j), lower = a.at(i, j);
    a.store(k, j, lower);
    a.store(i, j, upper);
    return {};
  });
}

} // namespace landfall::frontend
