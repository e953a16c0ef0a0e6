//===- softmax.cpp - Rows that Softmax and its kin normalise ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/softmax.h"

namespace landfall::frontend {

Rows softmax_rows(Node &node) {
  Tensor input = real_input(node, 0, "input");
  bool flattens = node.version() < 13;
  int axis = node.axis(node.int_attr("axis", flattens ? 1 : -1), input.rank());
  return flattens ? Rows::from_axis(input, axis)
                  : Rows::along(input, std::array{axis});
}

Scalars softmax_folds(const Row &row) {
  Scalar top = row.max();
  return {top, row.sum([&](Scalar x) { return exp(x - top); })};
}

Tensor softmax_of(const Rows &rows) {
  return map_rows(rows, std::array{rows.type, rows.type}, softmax_folds,
                  rows.x.dtype(),
                  [](std::span<const Scalar>, Scalar x, const Scalars &folded) {
                    // One division a row. The sum, at least 1, has a normal
                    // reciprocal.
                    return exp(x - folded[0]) * (1.0 / folded[1]);
                  });
}

Tensor log_softmax_of(const Rows &rows) {
  return map_rows(rows, std::array{rows.type, rows.type}, softmax_folds,
                  rows.x.dtype(),
                  [](std::span<const Scalar>, Scalar x, const Scalars &folded) {
                    return x - folded[0] - log(folded[1]);
                  });
}

} // namespace landfall::frontend
