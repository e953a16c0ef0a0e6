//===- gated_rms_norm.cpp - RMS normalisation with a gate -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/support/groups.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

// Y = X / sqrt(mean(X^2) + epsilon) * scale * act(gate) over each C elements of
// the last dimension, with scale [C] and act(z) = z sigmoid(z) or sigmoid(z)
static void gated_rms_norm(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X"), scale = node.input(1, "scale", 1);
  Tensor gate = node.input(2, "gate");
  require_same_shape(node, x, gate, "X and gate");
  std::string act = node.string_attr("activation", "silu");
  bool silu = act == "silu" || act == "swish";
  node.expect(silu || act == "sigmoid",
              "activation \"" + act + "\" is not known");
  Rows rows = Rows::from_axis(in_groups(node, x, scale.dim(0), "X"), x.rank());
  Tensor gates = in_groups(node, gate, scale.dim(0), "gate");
  Tensor y = map_rows(
      rows, std::array{rows.type},
      inverse_rms(node.float_attr("epsilon", 1e-5f)), x.dtype(),
      [&](std::span<const Scalar> i, Scalar value, const Scalars &folded) {
        Scalar z = widen(gates.at(i));
        Scalar g = silu ? z * sigmoid(z) : sigmoid(z);
        return value * folded[0] * widen(scale.at({i.back()})) * g;
      });
  node.output(b.reshape(y, x.shape()));
}

LANDFALL_ONNX(gated_rms_norm,
              {"GatedRMSNorm", 1, gated_rms_norm, "com.microsoft"})

} // namespace landfall::frontend
