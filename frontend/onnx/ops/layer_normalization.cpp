//===- layer_normalization.cpp - Normalises last dimensions -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"

namespace landfall::frontend {

// The statistics are outputs of their own for training.
static void output_statistics(Node &node, const Rows &rows, double epsilon) {
  if (!node.wants_output(1) && !node.wants_output(2))
    return;
  DType stash = real_dtype(node, "stash_type", DType::f32);
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
  Tensor x = real_input(node, 0, "X");
  double epsilon = node.float_attr("epsilon", 1e-5f);
  Rows rows =
      Rows::from_axis(x, node.axis(node.int_attr("axis", -1), x.rank()));
  auto parameter = [&](Tensor values, std::string_view name) {
    return broadcast_parameter(node, values, name, x);
  };
  node.output(normalize_rows(rows, epsilon,
                             parameter(node.input(1, "Scale"), "Scale"),
                             parameter(node.optional_input(2, "B"), "B")));
  output_statistics(node, rows, epsilon);
}

LANDFALL_ONNX(layer_normalization,
              {"LayerNormalization", 1, layer_normalization})

} // namespace landfall::frontend
