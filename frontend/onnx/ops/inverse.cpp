//===- inverse.cpp - ONNX Runtime's Inverse -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[...] = X[..., :, :]^-1 by Gauss-Jordan elimination with partial pivoting
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/elimination.h"
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

namespace {

/// Divides row k by its pivot and subtracts it from all others, in the columns
/// from `first` on.
void reduce_column(Builder &b, const Matrix &a, Scalar k, Scalar rows,
                   Scalar first, Scalar columns) {
  Scalar pivot = a.at(k, k);
  b.fold_to(first, columns, {}, [&](Scalar j, std::span<const Scalar>) {
    a.store(k, j, a.at(k, j) / pivot);
    return Scalars();
  });
  b.fold_to(b.index(0), rows, {}, [&](Scalar i, std::span<const Scalar>) {
    Scalar zero = b.literal(pivot.dtype(), 0);
    Scalar factor = select(i == k, zero, a.at(i, k));
    b.fold_to(first, columns, {}, [&](Scalar j, std::span<const Scalar>) {
      a.store(i, j, a.at(i, j) - factor * a.at(k, j));
      return Scalars();
    });
    return Scalars();
  });
}

} // namespace

static void inverse(Node &node) {
  Builder &b = node.b();
  Tensor x = real_input(node, 0, "X");
  node.expect(x.rank() >= 2, "X needs two dimensions");
  b.require(equal(x.dim(-1), x.dim(-2)), "Inverse needs square matrices");
  Size n = x.dim(-1);
  DType type = compute_type(x.dtype());
  // [X, 1] becomes [1, Y].
  Shape shape = x.shape();
  shape.back() = n * 2;
  Tensor start = b.map(shape, type, [&](std::span<const Scalar> p) {
    Scalars at(p.begin(), p.end());
    Scalar inside = p.back() < b.scalar(n);
    Scalar one = p.back() - b.scalar(n) == p[p.size() - 2];
    Scalar element = x.at_or(at, inside, b.literal(x.dtype(), 0));
    return select(inside, convert(element, type), cast(one, type));
  });
  LoopsResult result{type, shape, start};
  Shape batch(shape.begin(), shape.end() - 2);
  Tensor reduced = b.loops(
      batch, {&result, 1},
      [&](std::span<const Scalar> i, std::span<const Buffer> out) {
        Matrix a{out[0], i};
        Scalar rows = b.scalar(n), columns = b.scalar(n * 2);
        b.fold_to(b.index(0), rows, {}, [&](Scalar k, std::span<const Scalar>) {
          swap_rows(b, a, pivot_row(b, a, k, rows), k, k, columns);
          reduce_column(b, a, k, rows, k + 1, columns);
          return Scalars();
        });
      })[0];
  node.output(b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalars at(p.begin(), p.end());
    at.back() = at.back() + b.scalar(n);
    return convert(reduced.at(at), x.dtype());
  }));
}

LANDFALL_ONNX(inverse, {"Inverse", 1, inverse, "com.microsoft"})

} // namespace landfall::frontend
