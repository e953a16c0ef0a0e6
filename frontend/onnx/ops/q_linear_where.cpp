//===- q_linear_where.cpp - ONNX Runtime's QLinearWhere -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Z = quantised(x_scale * (X - x_zero_point)) where condition holds, else the
// same of Y.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/q_linear.h"

namespace landfall::frontend {

static void q_linear_where(Node &node) {
  Tensor condition = node.input(0, "condition");
  QuantTensor x(node, 1, "X"), y(node, 4, "Y");
  QuantScheme z(node, 7, "Z", x.tensor.dtype());
  node.output(node.b().elementwise(
      {condition, x.tensor, y.tensor}, [&](std::span<const Scalar> e) {
        return z.nearest(
            select(e[0], x.scheme.real(e[1]), y.scheme.real(e[2])));
      }));
}

LANDFALL_ONNX(q_linear_where,
              {"QLinearWhere", 1, q_linear_where, "com.microsoft"})

} // namespace landfall::frontend
