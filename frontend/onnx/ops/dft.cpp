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
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

namespace {

struct Transform {
  Builder &b;
  Tensor x; ///< [outer, L, inner, parts]
  bool inverse, onesided;
  Size length; ///< N

  bool to_real() const { return inverse && onesided; }
  /// How many input elements take part.
  Size used() const {
    return min(x.dim(1), to_real() ? floordiv(length, 2) + 1 : length);
  }
  Size results() const {
    return onesided && !inverse ? floordiv(length, 2) + 1 : length;
  }
  Size result_parts() const { return to_real() ? 1 : 2; }
  Shape result() const {
    return {x.dim(0), results(), x.dim(2), result_parts()};
  }
  DType compute() const { return compute_type(x.dtype()); }

  /// From half a spectrum, every element but the first and the middle one
  /// stands for its conjugate, too.
  Scalar weighted(Scalar n, Scalar value) const {
    if (!to_real())
      return value;
    Scalar alone = logical_or(n == 0, n * 2 == b.scalar(length));
    return select(alone, value, value * 2);
  }
  Scalar finish(Scalar value) const {
    if (inverse)
      value = value / cast(b.scalar(length), compute());
    return convert(value, x.dtype());
  }
};

/// [outer, results, inner, result parts].
Tensor transformed(const Transform &t) {
  Builder &b = t.b;
  Size outer = t.x.dim(0), inner = t.x.dim(2), parts = t.x.dim(3);
  bool padded = t.used() != t.length;
  Shape apart = {outer, parts, t.length, inner};
  Tensor x = b.map(apart, t.compute(), [&](std::span<const Scalar> p) {
    Scalars at = {p[0], p[2], p[3], p[1]};
    Scalar zero = b.literal(t.x.dtype(), 0);
    Scalar value =
        padded ? t.x.at_or(at, p[2] < b.scalar(t.used()), zero) : t.x.at(at);
    return t.weighted(p[2], convert(value, t.compute()));
  });
  Tensor y = fourier_transform(b, x, t.length, t.inverse);
  return b.map(t.result(), t.x.dtype(), [&](std::span<const Scalar> p) {
    return t.finish(y.at({p[0], p[3], p[1], p[2]}));
  });
}

/// The product of x's extents before (or behind) the axis, parts apart.
Size extent_beside(Tensor x, Size axis, bool before) {
  Size total = 1;
  for (int i = 0; i + 1 < x.rank(); ++i) {
    Size beside = before ? less(i, axis) : less(axis, i);
    total = total * select(beside, x.dim(i), 1);
  }
  return total;
}

/// The axis, which may be known only at run time, made non-negative.
Size checked_axis(const Node &node, Tensor x, Size axis) {
  Size rank = x.rank();
  axis = select(less(axis, 0), axis + rank, axis);
  node.b().require(equal(min(max(axis, 0), rank - 2), axis),
                   "DFT's axis must name a dimension other than the last");
  return axis;
}

void dft_along(Node &node, Size axis) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input");
  node.expect(x.rank() >= 2, "the input must have rank 2 or more");
  axis = checked_axis(node, x, axis);
  Size signal = 0;
  for (int i = 0; i + 1 < x.rank(); ++i)
    signal = signal + select(equal(axis, i), x.dim(i), 0);
  Shape parts = {extent_beside(x, axis, true), signal,
                 extent_beside(x, axis, false), part_count(node, x)};
  Transform t{b, b.reshape(x, parts), flag_unless_zero(node, "inverse", false),
              flag_unless_zero(node, "onesided", false), signal};
  if (t.onesided)
    b.require(equal(parts[3], t.inverse ? 2 : 1),
              "onesided needs a real signal, and the inverse a complex one");
  if (t.to_real())
    t.length = (signal - 1) * 2;
  if (node.has_input(1)) {
    std::vector<Size> given = node.input_sizes(1, "dft_length");
    node.expect(given.size() == 1, "dft_length must be a scalar");
    t.length = given[0];
  }
  Shape shape = x.shape();
  for (int i = 0; i + 1 < x.rank(); ++i)
    shape[i] = select(equal(axis, i), t.results(), x.dim(i));
  shape.back() = t.result_parts();
  node.output(b.reshape(transformed(t), shape));
}

void dft_17(Node &node) { dft_along(node, node.int_attr("axis", 1)); }

void dft(Node &node) {
  Size axis = -2;
  if (node.has_input(2)) {
    std::vector<Size> given = node.input_sizes(2, "axis");
    node.expect(given.size() == 1, "axis must be a scalar");
    axis = given[0];
  }
  dft_along(node, axis);
}

// ONNX Runtime's transforms of the last dimension of real signals.
void check_fft(const Node &node) {
  if (node.int_attr("signal_ndim", 1) != 1 ||
      node.flag_attr("normalized", false) ||
      !flag_unless_zero(node, "onesided", true))
    node.unsupported(node.type() + " of anything but one dimension, onesided "
                                   "and not normalized");
}

void rfft(Node &node) {
  check_fft(node);
  Tensor x = node.input(0, "X");
  node.expect(x.rank() >= 1, "X needs a dimension");
  Size length = x.dim(-1);
  Shape shape = sublist(x.shape(), 0, x.rank() - 1);
  Transform t{node.b(), node.b().reshape(x, {product(shape), length, 1, 1}),
              false, true, length};
  node.output(
      node.b().reshape(transformed(t), joined(shape, {t.results(), 2})));
}

void irfft(Node &node) {
  check_fft(node);
  Tensor x = node.input(0, "X");
  node.expect(x.rank() >= 2, "X needs two dimensions");
  require_equal(node.b(), x.dim(-1), 2, "X's last dimension holds two parts");
  Size length = (x.dim(-2) - 1) * 2;
  Shape shape = sublist(x.shape(), 0, x.rank() - 2);
  Transform t{node.b(), node.b().reshape(x, {product(shape), x.dim(-2), 1, 2}),
              true, true, length};
  node.output(node.b().reshape(transformed(t), joined(shape, {length})));
}

} // namespace

LANDFALL_ONNX(dft, {"DFT", 17, dft_17}, {"DFT", 20, dft},
              {"Rfft", 1, rfft, "com.microsoft"},
              {"Irfft", 1, irfft, "com.microsoft"})

} // namespace landfall::frontend
