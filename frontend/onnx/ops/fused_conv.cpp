//===- fused_conv.cpp - ONNX Runtime's FusedConv, NhwcConv, NhwcFusedConv -===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = activation(Conv(X, W, B) + Z); activation and Z may be absent. For the
// Nhwc operators X, Z and Y are [N, spatial..., C].
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fused_activation.h"
#include "frontend/onnx/families/stored_operands.h"
#include "frontend/onnx/support/channel_order.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

Tensor convolution_of(Node &node, Tensor x) {
  Convolution conv = bind_convolution(node, x, node.input(1, "W"));
  bind_bias(node, conv, node.optional_input(2, "B"));
  use_stored(node, conv);
  return convolve(node.b(), conv);
}

/// What follows the convolution y, in the node's order of dimensions.
void finish(Node &node, Tensor y) {
  if (Tensor z = node.optional_input(3, "Z")) {
    require_same_shape(node, y, z, "the convolution and Z");
    y = node.b().elementwise(
        {y, z}, [](std::span<const Scalar> e) { return e[0] + e[1]; });
  }
  node.output(activated(
      y, fused_activation(node, node.floats_attr("activation_params"))));
}

void fused_conv(Node &node) {
  finish(node, convolution_of(node, node.input(0, "X")));
}

void nhwc_conv(Node &node) {
  Tensor x = channels_second(node.input(0, "X"));
  finish(node, channels_last(convolution_of(node, x)));
}

} // namespace

LANDFALL_ONNX(fused_conv, {"FusedConv", 1, fused_conv, "com.microsoft"},
              {"NhwcConv", 1, nhwc_conv, "com.microsoft"},
              {"NhwcFusedConv", 1, nhwc_conv, "com.microsoft"})

} // namespace landfall::frontend
