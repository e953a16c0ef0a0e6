//===- conv.cpp - ONNX Conv -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, m, o...] = B[m] + sum over c, k... of W[m, c, k...] *
//                 X[n, c of m's group, o * stride - pad + k * dilation, ...]
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/stored_operands.h"

namespace landfall::frontend {

static void conv(Node &node) {
  Convolution conv =
      bind_convolution(node, node.input(0, "X"), node.input(1, "W"));
  bind_bias(node, conv, node.optional_input(2, "B"));
  use_stored(node, conv);
  node.output(convolve(node.b(), conv));
}

LANDFALL_ONNX(conv, {"Conv", 1, conv})

} // namespace landfall::frontend
