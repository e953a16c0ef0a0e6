//===- q_linear_conv.cpp - ONNX QLinearConv -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// y = saturate(round((B[m] + sum of (x - x_zero_point) * (w - w_zero_point))
//                    * x_scale * w_scale[m] / y_scale) + y_zero_point)
// with int32 sums; w_scale and w_zero_point may hold one value a filter. With
// ONNX Runtime's channels_last, x and y are [N, spatial..., C].
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/convolution.h"
#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/support/channel_order.h"

namespace landfall::frontend {

static void q_linear_conv(Node &node) {
  Tensor x_scale = node.input(1, "x_scale");
  Tensor w_scale = node.input(4, "w_scale");
  Tensor y_scale = node.input(6, "y_scale");
  Tensor y_zero = node.input(7, "y_zero_point");
  Tensor bias = node.optional_input(8, "B");
  bool last = node.flag_attr("channels_last", false);
  Tensor x = node.input(0, "x");
  Convolution conv =
      bind_convolution(node, last ? channels_second(x) : x, node.input(3, "w"));
  conv.x_zero = zero_point_of(node, conv.x, node.input(2, "x_zero_point"),
                              "x_zero_point");
  conv.w_zero = zero_point_of(node, conv.w, node.input(5, "w_zero_point"),
                              "w_zero_point");
  conv.accumulator = DType::i32;
  conv.result = y_zero.dtype();
  conv.epilogue = [=](Scalar channel, Scalar sum) {
    Scalar first = channel.builder().index(0);
    if (bias)
      sum = sum + per_channel(bias, channel);
    Scalar scale = per_channel(x_scale, first) * per_channel(w_scale, channel) /
                   per_channel(y_scale, first);
    return quantized(cast(sum, DType::f32) * scale, y_zero.dtype(),
                     per_channel(y_zero, first));
  };
  Tensor y = convolve(node.b(), conv);
  node.output(last ? channels_last(y) : y);
}

LANDFALL_ONNX(q_linear_conv, {"QLinearConv", 10, q_linear_conv},
              {"QLinearConv", 1, q_linear_conv, "com.microsoft"})

} // namespace landfall::frontend
