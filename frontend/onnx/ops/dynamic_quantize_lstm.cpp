//===- dynamic_quantize_lstm.cpp - ONNX Runtime's DynamicQuantizeLSTM -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The LSTM of weights W [D, I, 4 * H] and R [D, H, 4 * H] quantised per
// direction or per column. X and the state of each step are quantised to uint8
// by their ranges, so that the products have int32 sums.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/integer_product.h"
#include "frontend/onnx/families/lstm_cell.h"
#include "frontend/onnx/support/permute.h"

namespace landfall::frontend {

namespace {

/// Weights [D, 4 * H, K] with scales and zero points [D] or [D, 4 * H].
class QuantizedWeights {
public:
  QuantizedWeights(const Node &node, int position, int scale_position,
                   std::string_view name)
      : scale_(node.input(scale_position, "a scale", 1, 2)),
        zero_(node.input(scale_position + 1, "a zero point", 1, 2)) {
    int order[] = {0, 2, 1};
    stored = permute(node.input(position, name, 3), order);
    for (Tensor parameter : {scale_, zero_})
      for (int d = 0; d < parameter.rank(); ++d)
        require_equal(node.b(), parameter.dim(d), stored.dim(d),
                      "scales and zero points need one value a direction or "
                      "column");
  }

  /// Inside a body: the weight without its zero point, i32.
  Scalar at(Scalar direction, Scalar row, Scalar k) const {
    return cast(stored.at({direction, row, k}), DType::i32) -
           cast(parameter(zero_, direction, row), DType::i32);
  }
  Scalar scale(Scalar direction, Scalar row) const {
    return parameter(scale_, direction, row);
  }

  Tensor stored;

private:
  static Scalar parameter(Tensor x, Scalar direction, Scalar row) {
    return x.rank() == 1 ? x.at({direction}) : x.at({direction, row});
  }
  Tensor scale_, zero_;
};

Scalar centered(Tensor x, Tensor zero, std::span<const Scalar> at,
                std::span<const Scalar> group) {
  return cast(x.at(at), DType::i32) - cast(zero.at(group), DType::i32);
}

/// [D, T, B, 4 * H]: X W^T + biases.
Tensor project(const Recurrence &layer, Tensor input,
               const QuantizedWeights &w) {
  DynamicQuantized x = quantize_dynamically(layer.b, input);
  Contraction c;
  c.shape = layer.projection_shape();
  c.reduce = {input.dim(2)};
  c.accumulator = DType::i32;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    Scalar at[] = {p[1], p[2], k[0]};
    return std::pair(centered(x.x, x.zero, at, {}), w.at(p[0], p[3], k[0]));
  };
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    return cast(sum, DType::f32) * (x.scale.at({}) * w.scale(p[0], p[3])) +
           lstm_bias(layer, p[0], p[3]);
  };
  return layer.b.contract(c);
}

} // namespace

static void dynamic_quantize_lstm(Node &node) {
  QuantizedWeights w(node, 1, 8, "W"), r(node, 2, 10, "R");
  Recurrence layer(node, w.stored, r.stored, 4, {"Sigmoid", "Tanh", "Tanh"});
  Tensor input = project(layer, node.input(0, "X"), w);
  run_lstm(node, layer, [&](const Moment &moment, Tensor state) {
    DynamicQuantized h = quantize_dynamically(layer.b, state, 2);
    Contraction c;
    c.shape = layer.state_shape();
    c.shape[2] = layer.hidden * 4;
    c.reduce = {layer.hidden};
    c.accumulator = DType::i32;
    c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
      Scalar at[] = {p[0], p[1], k[0]};
      return std::pair(centered(h.x, h.zero, at, p.first(2)),
                       r.at(p[0], p[2], k[0]));
    };
    c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
      Scalar scale = h.scale.at(p.first(2)) * r.scale(p[0], p[2]);
      return cast(sum, DType::f32) * scale +
             layer.projected(input, moment, p[0], p[1], p[2]);
    };
    return layer.b.contract(c);
  });
}

LANDFALL_ONNX(dynamic_quantize_lstm, {"DynamicQuantizeLSTM", 1,
                                      dynamic_quantize_lstm, "com.microsoft"})

} // namespace landfall::frontend
