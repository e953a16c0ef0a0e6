//===- engram_gate.cpp - A gate from the likeness of two rows ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {
namespace {

/// RMS-normalized rows of x [B, S, C, H], times scale [C, H], in f32.
Tensor normalized(const Node &node, Tensor x, Tensor scale, double epsilon,
                  DType result) {
  require_equal(node.b(), scale.dim(0), x.dim(2),
                "a scale does not fit the connections");
  require_equal(node.b(), scale.dim(1), x.dim(3),
                "a scale does not fit the features");
  return rms_normalize_rows(
      Rows::from_axis(x, 3), epsilon,
      [&](std::span<const Scalar> i) { return scale.at({i[2], i[3]}); },
      result);
}

// output[b, s, c, h] = gate[b, s, c] * value[b, s, h]
// gate = sigmoid(sign(dot) sqrt(max(|dot|, 1e-6)))
// dot = sum over h of rms(key) key_norm_scale rms(query) query_norm_scale /
// sqrt(H); gated_value_normed = rms(output) conv_norm_scale
void engram_gate(Node &node) {
  Builder &b = node.b();
  double epsilon = node.float_attr("epsilon", 1e-5f);
  Tensor key = node.input(0, "key", 4), query = node.input(1, "query", 4);
  Tensor value = node.input(2, "value", 3);
  require_same_shape(node, key, query, "key and query");
  for (int d : {0, 1, 2})
    require_equal(b, value.dim(d), key.dim(d == 2 ? 3 : d),
                  "value does not fit key");
  Tensor k = normalized(node, key, node.input(3, "key_norm_scale", 2), epsilon,
                        DType::f32);
  Tensor q = normalized(node, query, node.input(4, "query_norm_scale", 2),
                        epsilon, DType::f32);
  Shape rows = sublist(key.shape(), 0, 3);
  Tensor gate = b.map(rows, DType::f32, [&](std::span<const Scalar> p) {
    Scalar dot =
        sum(b, {key.dim(3)}, DType::f32, [&](std::span<const Scalar> h) {
          Scalars at = {p[0], p[1], p[2], h[0]};
          return k.at(at) * q.at(at);
        });
    dot = dot / sqrt(cast(b.scalar(key.dim(3)), DType::f32));
    return sigmoid(sign(dot) * sqrt(maximum(abs(dot), 1e-6)));
  });
  Tensor y = b.map(key.shape(), key.dtype(), [&](std::span<const Scalar> p) {
    Scalar v = widen(value.at({p[0], p[1], p[3]}));
    return convert(gate.at(p.first(3)) * v, key.dtype());
  });
  node.output(0, y);
  if (node.wants_output(1))
    node.output(1, normalized(node, y, node.input(5, "conv_norm_scale", 2),
                              epsilon, key.dtype()));
}

} // namespace

LANDFALL_ONNX(engram_gate, {"EngramGate", 1, engram_gate, "com.microsoft"})

} // namespace landfall::frontend
