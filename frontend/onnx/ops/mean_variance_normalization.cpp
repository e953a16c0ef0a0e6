//===- mean_variance_normalization.cpp - Normalises over axes ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

// Y = (X - mean(X)) / (sqrt(variance(X)) + 1e-9) over axes
static void mean_variance_normalization(Node &node) {
  Tensor x = real_input(node, 0, "X");
  std::vector<int> axes;
  for (int64_t axis : node.ints_attr("axes", {0, 2, 3}))
    axes.push_back(node.axis(axis, x.rank()));
  Rows rows = Rows::along(x, axes);
  auto fold = [](const Row &row) -> Scalars {
    Scalar mean = row.mean();
    return {mean, 1 / (sqrt(row.variance(mean)) + 1e-9)};
  };
  node.output(map_rows(
      rows, std::array{rows.type, rows.type}, fold, x.dtype(),
      [](std::span<const Scalar>, Scalar value, const Scalars &folded) {
        return (value - folded[0]) * folded[1];
      }));
}

LANDFALL_ONNX(mean_variance_normalization,
              {"MeanVarianceNormalization", 9, mean_variance_normalization})

} // namespace landfall::frontend
