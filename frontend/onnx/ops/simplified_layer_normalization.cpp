//===- simplified_layer_normalization.cpp - RMS norm before opset 23 ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = scale X / sqrt(mean(X^2) + epsilon), over the dimensions from axis on;
// inv_std_var is 1 / sqrt(mean(X^2) + epsilon). ONNX Runtime has it in ONNX's
// own domain.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/normalize.h"

namespace landfall::frontend {

static void simplified_layer_normalization(Node &node) {
  Tensor x = real_input(node, 0, "X");
  Tensor scale = node.input(1, "scale");
  Rows rows =
      Rows::from_axis(x, node.axis(node.int_attr("axis", -1), x.rank()));
  double epsilon = node.float_attr("epsilon", 1e-5f);
  node.output(0,
              rms_normalize_rows(rows, epsilon,
                                 broadcast_parameter(node, scale, "scale", x),
                                 scale.dtype()));
  if (node.wants_output(1))
    node.output(
        1,
        fold_rows(rows, std::array{DType::f32}, [&](const Row &row) -> Scalars {
          return {convert(inverse_rms(epsilon)(row)[0], DType::f32)};
        })[0]);
}

LANDFALL_ONNX(simplified_layer_normalization,
              {"SimplifiedLayerNormalization", 1,
               simplified_layer_normalization})

} // namespace landfall::frontend
