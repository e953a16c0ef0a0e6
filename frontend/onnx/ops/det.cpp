//===- det.cpp - Determinants of square matrices ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/elimination.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

namespace {

/// Subtracts multiples of row k so that column k is zero below it.
void eliminate(Builder &b, const Matrix &a, Scalar k, Scalar n) {
  Scalar pivot = a.at(k, k);
  b.fold_to(k + 1, n, {}, [&](Scalar i, std::span<const Scalar>) -> Scalars {
    Scalar factor = select(pivot == 0, pivot, a.at(i, k) / pivot);
    b.fold_to(k + 1, n, {}, [&](Scalar j, std::span<const Scalar>) -> Scalars {
      a.store(i, j, a.at(i, j) - factor * a.at(k, j));
      return {};
    });
    return {};
  });
}

// Gaussian elimination with partial pivoting: the determinant is the product of
// the pivots, negated for each exchange of rows.
Scalar determinant(Builder &b, const Matrix &a, Scalar n, DType type) {
  auto step = [&](std::span<const Scalar> at,
                  std::span<const Scalar> carried) -> Scalars {
    Scalar k = at[0];
    Scalar row = pivot_row(b, a, k, n);
    swap_rows(b, a, row, k, k, n);
    eliminate(b, a, k, n);
    Scalar pivot = a.at(k, k);
    return {carried[0] * select(row == k, pivot, -pivot)};
  };
  return b.fold_to(b.index(0), n, {b.literal(type, 1)},
                   [&](Scalar k, std::span<const Scalar> carried) {
                     return step(std::array{k}, carried);
                   })[0];
}

// Y[...] = det(X[..., :, :])
void det(Node &node) {
  Tensor x = real_input(node, 0, "X");
  node.expect(x.rank() >= 2, "X needs two dimensions");
  Builder &b = node.b();
  if (x.dim(-1) != x.dim(-2))
    b.require(equal(x.dim(-1), x.dim(-2)), "Det needs square matrices");
  DType type = compute_type(x.dtype());
  Shape batch(x.shape().begin(), x.shape().end() - 2);
  Tensor copy =
      b.elementwise({x}, [](std::span<const Scalar> e) { return widen(e[0]); });
  std::array results = {LoopsResult{type, x.shape(), copy},
                        LoopsResult{x.dtype(), batch, {}}};
  auto body = [&](std::span<const Scalar> i, std::span<const Buffer> out) {
    Scalar n = b.scalar(x.dim(-1));
    Scalar value = determinant(b, Matrix{out[0], i}, n, type);
    out[1].store(i, convert(value, x.dtype()));
  };
  node.output(b.loops(batch, results, body)[1]);
}

} // namespace

LANDFALL_ONNX(det, {"Det", 11, det})

} // namespace landfall::frontend
