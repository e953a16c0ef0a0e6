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
#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/families/weight_sums.h"
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
    is_shifted_ = !is_nothing(zero_);
    sums_ = sums(node.b());
  }

  /// Inside a body: the factors of a product with x, which is less `zero`.
  std::pair<Scalar, Scalar> factors(Scalar x, Scalar zero, Scalar direction,
                                    Scalar row, Scalar k) const {
    Scalar left = cast(x, DType::i32);
    return {sums_ ? left : left - cast(zero, DType::i32),
            at(direction, row, k)};
  }
  /// The sum of these products.
  Scalar total(Scalar sum, Scalar zero, Scalar direction, Scalar row) const {
    return sums_ ? sum - cast(zero, DType::i32) * sums_.at({direction, row})
                 : sum;
  }

  Scalar scale(Scalar direction, Scalar row) const {
    return parameter(scale_, direction, row);
  }

  Tensor stored;

private:
  /// The weight without its zero point, i32.
  Scalar at(Scalar direction, Scalar row, Scalar k) const {
    Scalar weight = cast(stored.at({direction, row, k}), DType::i32);
    return is_shifted_
               ? weight - cast(parameter(zero_, direction, row), DType::i32)
               : weight;
  }
  /// What x's zero point is multiplied by, [D, 4 * H], if it is known now: else
  /// each step of the sequence would add up all weights.
  Tensor sums(Builder &b) const {
    Size rows = stored.dim(0) * stored.dim(1);
    Tensor zero = zero_.rank() == 2 ? b.reshape(zero_, {rows}) : zero_;
    Tensor found =
        weight_sums(b, b.reshape(stored, {rows, stored.dim(2)}), zero, 0);
    return found ? b.reshape(found, {stored.dim(0), stored.dim(1)}) : found;
  }
  static Scalar parameter(Tensor x, Scalar direction, Scalar row) {
    return x.rank() == 1 ? x.at({direction}) : x.at({direction, row});
  }
  Tensor scale_, zero_, sums_;
  bool is_shifted_ = false;
};

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
    return w.factors(x.x.at(at), x.zero.at({}), p[0], p[3], k[0]);
  };
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    sum = w.total(sum, x.zero.at({}), p[0], p[3]);
    return cast(sum, DType::f32) * (x.scale.at({}) * w.scale(p[0], p[3])) +
           lstm_bias(layer, p[0], p[3]);
  };
  return layer.b.contract(c);
}

} // namespace

static void dynamic_quantize_lstm(Node &node) {
  QuantizedWeights w(node, 1, 8, "W"), r(node, 2, 10, "R");
  Recurrence layer(node, w.stored, r.stored, 4, {"Sigmoid", "Tanh", "Tanh"});
  layer.keep_together();
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
      return r.factors(h.x.at(at), h.zero.at(p.first(2)), p[0], p[2], k[0]);
    };
    c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
      sum = r.total(sum, h.zero.at(p.first(2)), p[0], p[2]);
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
