//===- hardmax.cpp - One at the first largest element -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/softmax.h"

namespace landfall::frontend {

// The point's position in its row, counted over the dimensions that run.
static Scalar position_in(const Rows &rows, std::span<const Scalar> index) {
  Scalar position = rows.x.builder().index(0);
  for (int d = 0; d < rows.x.rank(); ++d)
    if (rows.running[d] == Size(1))
      position = position * rows.x.builder().scalar(rows.x.dim(d)) + index[d];
  return position;
}

// output = 1 at the first maximum along axis, else 0
static void hardmax(Node &node) {
  Rows rows = softmax_rows(node);
  Builder &b = node.b();
  node.output(map_rows(
      rows, std::array{DType::i64},
      [](const Row &row) -> Scalars {
        return {row.extreme_position(true, false)};
      },
      rows.x.dtype(),
      [&](std::span<const Scalar> index, Scalar, const Scalars &folded) {
        return select(position_in(rows, index) == folded[0],
                      b.literal(rows.type, 1), b.literal(rows.type, 0));
      }));
}

LANDFALL_ONNX(hardmax, {"Hardmax", 1, hardmax})

} // namespace landfall::frontend
