//===- bias_softmax.cpp - ONNX Runtime's BiasSoftmax ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// output = softmax(data + bias) over all dimensions from `axis` on, with a bias
// that broadcasts to data
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/softmax.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

static void bias_softmax(Node &node) {
  Tensor data = real_input(node, 0, "data"), bias = node.input(1, "bias");
  require_broadcasts_to(node, bias, "bias", data);
  Tensor sum = node.b().elementwise(
      {data, bias}, [](std::span<const Scalar> e) { return e[0] + e[1]; });
  Rows rows =
      Rows::from_axis(sum, node.axis(node.int_attr("axis", 1), data.rank()));
  node.output(softmax_of(rows));
}

LANDFALL_ONNX(bias_softmax, {"BiasSoftmax", 1, bias_softmax, "com.microsoft"})

} // namespace landfall::frontend
