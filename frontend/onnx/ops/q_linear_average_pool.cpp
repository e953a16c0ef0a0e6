//===- q_linear_average_pool.cpp - ONNX Runtime's quantised mean pools ----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// QLinearAveragePool: Y = saturate(round(mean over the window of
// x_scale * (X - x_zero_point) / y_scale + y_zero_point))
// QLinearGlobalAveragePool: the same over all spatial positions.
// With channels_last, X and Y are [N, spatial..., C].
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/pool.h"
#include "frontend/onnx/families/q_linear.h"
#include "frontend/onnx/support/channel_order.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

namespace {

void q_linear_average_pool(Node &node) {
  QuantTensor x(node, 0, "X");
  QuantScheme y(node, 3, "Y", x.tensor.dtype());
  bool last = flag_unless_zero(node, "channels_last", false);
  Tensor real = x.real();
  Pool pool = bind_pool(node, last ? channels_second(real) : real);
  WindowMean mean(node, pool, true); // ONNX Runtime's divisor.
  Tensor pooled = node.b().map(
      pool.result(), y.stored(), [&](std::span<const Scalar> point) {
        return y.from_steps(mean.at(point, DType::f32) / y.scale());
      });
  node.output(last ? channels_last(pooled) : pooled);
}

void q_linear_global_average_pool(Node &node) {
  Builder &b = node.b();
  QuantTensor x(node, 0, "X");
  QuantScheme y(node, 3, "Y", x.tensor.dtype());
  bool last = flag_unless_zero(node, "channels_last", false);
  Tensor image = last ? channels_second(x.tensor) : x.tensor;
  Size count = product(sublist(image.shape(), 2, image.rank()));
  auto centered = [&](Scalar value) {
    return x.scheme.centered(value, DType::i32);
  };
  Tensor pooled =
      b.map(global_result(node, image), y.stored(),
            [&](std::span<const Scalar> point) {
              Scalar total = global_sum(image, point, DType::i32, centered);
              Scalar mean =
                  cast(total, DType::f32) / cast(b.scalar(count), DType::f32);
              return y.nearest(mean * x.scheme.scale());
            });
  node.output(last ? channels_last(pooled) : pooled);
}

} // namespace

LANDFALL_ONNX(q_linear_average_pool,
              {"QLinearAveragePool", 1, q_linear_average_pool, "com.microsoft"},
              {"QLinearGlobalAveragePool", 1, q_linear_global_average_pool,
               "com.microsoft"})

} // namespace landfall::frontend
