//===- mean_variance_normalization.cpp - Normalises over axes ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

static void normalize(Node &node, Tensor x, const std::vector<int> &axes,
                      bool variance) {
  Rows rows = Rows::along(x, axes);
  auto fold = [&](const Row &row) -> Scalars {
    Scalar mean = row.mean();
    if (!variance)
      return {mean, node.b().literal(row.type(), 1)};
    return {mean, 1 / (sqrt(row.variance(mean)) + 1e-9)};
  };
  node.output(map_rows(
      rows, std::array{rows.type, rows.type}, fold, x.dtype(),
      [](std::span<const Scalar>, Scalar value, const Scalars &folded) {
        return (value - folded[0]) * folded[1];
      }));
}

// Y = (X - mean(X)) / (sqrt(variance(X)) + 1e-9) over axes
static void mean_variance_normalization(Node &node) {
  Tensor x = real_input(node, 0, "X");
  std::vector<int> axes;
  for (int64_t axis : node.ints_attr("axes", {0, 2, 3}))
    axes.push_back(node.axis(axis, x.rank()));
  normalize(node, x, axes, true);
}

// The same over the batch and the image, or over all dimensions if
// across_channels; without normalize_variance Y = X - mean(X). The definition
// does not say that the batch is part of it; ONNX Runtime has it so.
static void mean_variance_normalization_1(Node &node) {
  Tensor x = real_input(node, 0, "input");
  node.expect(x.rank() == 4, "input must have rank 4");
  std::vector<int> axes = {0, 2, 3};
  if (node.flag_attr("across_channels", false))
    axes = {0, 1, 2, 3};
  normalize(node, x, axes, node.flag_attr("normalize_variance", true));
}

LANDFALL_ONNX(mean_variance_normalization,
              {"MeanVarianceNormalization", 1, mean_variance_normalization_1},
              {"MeanVarianceNormalization", 9, mean_variance_normalization})

} // namespace landfall::frontend
