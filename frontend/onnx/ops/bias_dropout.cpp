//===- bias_dropout.cpp - ONNX Runtime's BiasDropout ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// output = data + bias (+ residual), with a bias that broadcasts to data. In
// training some of data + bias would be dropped.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

static void bias_dropout(Node &node) {
  Builder &b = node.b();
  Tensor data = real_input(node, 0, "data"), bias = node.input(1, "bias");
  Tensor residual = node.optional_input(2, "residual");
  if (node.has_input(4)) {
    auto training = node.constant_input(4);
    if (!training || training->bytes.data.empty() || training->bytes.data[0])
      node.unsupported("BiasDropout in training");
  }
  require_broadcasts_to(node, bias, "bias", data);
  if (residual)
    require_same_shape(node, data, residual, "data and residual");
  node.output(
      0, b.map(data.shape(), data.dtype(), [&](std::span<const Scalar> p) {
        Scalar total = widen(data.at(p)) + widen(b.broadcast_at(bias, p));
        if (residual)
          total = total + widen(residual.at(p));
        return convert(total, data.dtype());
      }));
  if (node.wants_output(1))
    node.output(
        1, b.map(data.shape(), DType::boolean, [&](std::span<const Scalar>) {
          return b.literal_int(DType::boolean, 1);
        }));
}

LANDFALL_ONNX(bias_dropout, {"BiasDropout", 1, bias_dropout, "com.microsoft"})

} // namespace landfall::frontend
