//===- conv.cpp - ONNX Conv -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[n, m, o...] = B[m] + sum over c, k... of W[m, c, k...] *
//                 X[n, c of m's group, o * stride - pad + k * dilation, ...]
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/convolution.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

static void conv(Node &node) {
  Builder &b = node.b();
  Convolution conv =
      bind_convolution(node, node.input(0, "X"), node.input(1, "W"));
  if (Tensor bias = node.optional_input(2, "B")) {
    require_list(node, bias, "B", conv.w.dim(0));
    conv.epilogue = [bias](Scalar channel, Scalar sum) {
      return sum + convert(per_channel(bias, channel), sum.dtype());
    };
  }
  node.output(convolve(b, conv));
}

LANDFALL_ONNX(conv, {"Conv", 1, conv})

} // namespace landfall::frontend
