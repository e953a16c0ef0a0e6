//===- branchwise_rms_norm.cpp - RMS normalisation of each branc-*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/support/groups.h"

namespace landfall::frontend {

// Y[..., c, h] = X[..., c, h] / sqrt(mean over h of X^2 + epsilon) * scale with
// scale [C * H], [C, H], [H] or absent
static void branchwise_rms_norm(Node &node) {
  Builder &b = node.b();
  Tensor given = node.input(0, "X"), scale = node.optional_input(1, "scale");
  Tensor x = in_branches(node, given, "X");
  Size features = x.dim(-1);
  if (scale && scale.rank() == 1 && scale.dim(0) != features) {
    // [C * H], or [H], which only the run may tell apart.
    Size rows = floordiv(scale.dim(0), max(features, 1));
    scale = b.reshape(scale, {rows, features});
  }
  Rows rows = Rows::from_axis(x, x.rank() - 1);
  PointBody factor = broadcast_parameter(node, scale, "scale", x);
  Tensor y = map_rows(
      rows, std::array{rows.type},
      inverse_rms(node.float_attr("epsilon", 1e-5f)), x.dtype(),
      [&](std::span<const Scalar> i, Scalar value, const Scalars &folded) {
        value = value * folded[0];
        return factor ? value * convert(factor(i), rows.type) : value;
      });
  node.output(b.reshape(y, given.shape()));
}

LANDFALL_ONNX(branchwise_rms_norm,
              {"BranchwiseRMSNorm", 1, branchwise_rms_norm, "com.microsoft"})

} // namespace landfall::frontend
