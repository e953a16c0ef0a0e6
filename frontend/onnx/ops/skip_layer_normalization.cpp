//===- skip_layer_normalization.cpp - Residuals, normalised ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// sum    = input + skip (+ bias)
// output = (sum - mean) / sqrt(variance + epsilon) * gamma + beta, over the
// last
//          axis; simplified: sum / sqrt(mean(sum^2) + epsilon) * gamma
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/families/skipped_sum.h"

namespace landfall::frontend {

namespace {

/// mean and 1 / sqrt(variance + epsilon), in f32.
void output_statistics(Node &node, const Rows &rows, double epsilon) {
  if (!node.wants_output(1) && !node.wants_output(2))
    return;
  Tensors folded =
      fold_rows(rows, std::array{DType::f32, DType::f32}, [&](const Row &row) {
        Scalars values = moments(epsilon)(row);
        for (Scalar &value : values)
          value = convert(value, DType::f32);
        return values;
      });
  for (int position : {1, 2})
    if (node.wants_output(position))
      node.output(position, folded[position - 1]);
}

Tensor bind_sum(Node &node, int bias_position) {
  Tensor x = node.input(0, "input"), skip = node.input(1, "skip");
  Tensor total =
      skipped_sum(node, x, skip, node.optional_input(bias_position, "bias", 1));
  if (node.wants_output(3))
    node.output(3, total);
  return total;
}

void skip_layer_normalization(Node &node) {
  Tensor total = bind_sum(node, 4);
  Rows rows = Rows::from_axis(total, total.rank() - 1);
  double epsilon = node.float_attr("epsilon", 1e-12f);
  node.output(
      0, normalize_rows(
             rows, epsilon,
             broadcast_parameter(node, node.input(2, "gamma"), "gamma", total),
             broadcast_parameter(node, node.optional_input(3, "beta"), "beta",
                                 total)));
  output_statistics(node, rows, epsilon);
}

void skip_simplified(Node &node) {
  Tensor total = bind_sum(node, 3);
  Rows rows = Rows::from_axis(total, total.rank() - 1);
  node.output(
      0, rms_normalize_rows(
             rows, node.float_attr("epsilon", 1e-12f),
             broadcast_parameter(node, node.input(2, "gamma"), "gamma", total),
             total.dtype()));
}

} // namespace

LANDFALL_ONNX(skip_layer_normalization,
              {"SkipLayerNormalization", 1, skip_layer_normalization,
               "com.microsoft"},
              {"SkipSimplifiedLayerNormalization", 1, skip_simplified,
               "com.microsoft"})

} // namespace landfall::frontend
