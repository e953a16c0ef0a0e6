//===- layer_normalization.cpp - Normalises last dimensions -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"

namespace landfall::onnx {

// The statistics are outputs of their own for training.
static void output_statistics(Node &node, const Rows &rows, double epsilon) {
  if (!node.wants_output(1) && !node.wants_output(2))
    return;
  DType stash = node.dtype_attr("stash_type", DType::f32);
  Tensors folded =
      fold_rows(rows, std::array{stash, stash}, [&](const Row &row) {
        Scalars values = moments(epsilon)(row);
        for (Scalar &value : values)
          value = convert(value, stash);
        return values;
      });
  for (int position : {1, 2})
    if (node.wants_output(position))
      node.output(position, folded[position - 1]);
}

// Y = Scale (X - mean) / sqrt(variance + epsilon) + B, with mean and variance
// over the dimensions from axis on
static void layer_normalization(Node &node) {
  Tensor x = node.input(0, "X");
  double epsilon = node.float_attr("epsilon", 1e-5f);
  Rows rows =
      Rows::from_axis(x, node.axis(node.int_attr("axis", -1), x.rank()));
  node.output(normalize_rows(rows, epsilon,
                             broadcast_parameter(node.input(1, "Scale")),
                             broadcast_parameter(node.optional_input(2, "B"))));
  output_statistics(node, rows, epsilon);
}

LANDFALL_ONNX(layer_normalization,
              {"LayerNormalization", 17, layer_normalization})

} // namespace landfall::onnx
