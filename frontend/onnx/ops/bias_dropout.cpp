//===- bias_dropout.cpp - ONNX Runtime's fused dropouts -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// output = data + bias (+ residual), with a bias that broadcasts to data
// (BitmaskDropout: data). In training some of data + bias would be dropped. All
// of the mask is ones: booleans, or in a Bitmask operator 32 to a number.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

void refuse_training(const Node &node, int mode_position) {
  if (!node.has_input(mode_position))
    return;
  auto training = node.constant_input(mode_position);
  if (!training || training->bytes.data.empty() || training->bytes.data[0])
    node.unsupported(node.type() + " in training");
}

void output_mask(Node &node, Tensor data, bool in_bits) {
  if (!node.wants_output(1))
    return;
  Builder &b = node.b();
  Shape shape =
      in_bits ? Shape{ceildiv(data.element_count(), 32)} : data.shape();
  DType type = in_bits ? DType::u32 : DType::boolean;
  node.output(1, b.map(shape, type, [&](std::span<const Scalar>) {
    return b.literal_int(type, in_bits ? UINT32_MAX : 1);
  }));
}

void biased(Node &node, bool in_bits) {
  Builder &b = node.b();
  Tensor data = real_input(node, 0, "data"), bias = node.input(1, "bias");
  Tensor residual = node.optional_input(2, "residual");
  refuse_training(node, 4);
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
  output_mask(node, data, in_bits);
}

void bias_dropout(Node &node) { biased(node, false); }

void bitmask_bias_dropout(Node &node) { biased(node, true); }

void bitmask_dropout(Node &node) {
  Tensor data = node.input(0, "data");
  refuse_training(node, 2);
  node.output(0, data);
  output_mask(node, data, true);
}

} // namespace

LANDFALL_ONNX(bias_dropout, {"BiasDropout", 1, bias_dropout, "com.microsoft"},
              {"BitmaskBiasDropout", 1, bitmask_bias_dropout, "com.microsoft"},
              {"BitmaskDropout", 1, bitmask_dropout, "com.microsoft"})

} // namespace landfall::frontend
