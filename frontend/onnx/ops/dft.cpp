//===- dft.cpp - ONNX DFT -------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[k] = sum over n of X[n] * exp(-2 pi j k n / N) along an axis, the inverse
// with a positive sign and 1/N. onesided: forward only the first N/2 + 1
// elements; inverse from these to the full real signal.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fourier.h"

namespace landfall::onnx {

namespace {

struct Transform {
  Node &node;
  Tensor x;    ///< [outer, L, inner, parts]
  Shape shape; ///< x's original one.
  int axis;
  int64_t parts;
  bool inverse, onesided;
  Size length; ///< N

  bool to_real() const { return inverse && onesided; }
  /// How many input elements take part.
  Size used() const {
    Size available = x.dim(1);
    return min(available, to_real() ? floordiv(length, 2) + 1 : length);
  }
  Size results() const {
    return onesided && !inverse ? floordiv(length, 2) + 1 : length;
  }
  int64_t result_parts() const { return to_real() ? 1 : 2; }
};

Tensor transformed(const Transform &t) {
  Builder &b = t.node.b();
  DType type = t.x.dtype(), compute = compute_type(type);
  Twiddle twiddle(b, t.length, t.inverse, compute);
  Contraction c;
  c.shape = {t.x.dim(0), t.results(), t.x.dim(2), t.result_parts()};
  c.reduce = {t.used(), t.parts};
  c.accumulator = compute;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> n) {
    Scalar value = convert(t.x.at({p[0], n[0], p[2], n[1]}), compute);
    Scalar weight = twiddle.at(p[1], n[0], p[3], n[1]);
    if (t.to_real()) {
      // Every element but the first and the middle one stands for its
      // conjugate, too.
      Scalar alone = logical_or(n[0] == 0, n[0] * 2 == b.scalar(t.length));
      weight = select(alone, weight, weight * 2);
    }
    return std::pair(value, weight);
  };
  c.epilogue = [&](std::span<const Scalar>, Scalar sum) {
    if (t.inverse)
      sum = sum / cast(b.scalar(t.length), compute);
    return convert(sum, type);
  };
  Shape shape = replaced(t.shape, t.axis, t.results());
  shape.back() = t.result_parts();
  return b.reshape(b.contract(c), shape);
}

void dft_along(Node &node, int64_t axis_value) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input");
  node.expect(x.rank() >= 2, "the input must have rank 2 or more");
  int axis = node.axis(axis_value, x.rank());
  node.expect(axis != x.rank() - 1,
              "the axis must not be the dimension of parts");
  Transform t{node,
              {},
              x.shape(),
              axis,
              part_count(node, x),
              node.int_attr("inverse", 0) != 0,
              node.int_attr("onesided", 0) != 0,
              x.dim(axis)};
  Shape outer = sublist(x.shape(), 0, axis);
  Shape inner = sublist(x.shape(), axis + 1, x.rank() - 1);
  t.x = b.reshape(x, {product(outer), x.dim(axis), product(inner), t.parts});
  if (t.to_real())
    t.length = (x.dim(axis) - 1) * 2;
  if (node.has_input(1)) {
    std::vector<Size> given = node.input_sizes(1, "dft_length");
    node.expect(given.size() == 1, "dft_length must be a scalar");
    t.length = given[0];
  }
  node.output(transformed(t));
}

void dft_17(Node &node) { dft_along(node, node.int_attr("axis", 1)); }

void dft(Node &node) {
  int64_t axis = -2;
  if (node.has_input(2)) {
    std::vector<int64_t> given = node.constant_ints(2, "axis");
    node.expect(given.size() == 1, "axis must be a scalar");
    axis = given[0];
  }
  dft_along(node, axis);
}

} // namespace

LANDFALL_ONNX(dft, {"DFT", 17, dft_17}, {"DFT", 20, dft})

} // namespace landfall::onnx
