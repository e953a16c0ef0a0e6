//===- chirp_transform.cpp - Fourier transforms of any length -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/chirp_transform.h"

#include "frontend/onnx/families/factor_transform.h"
#include "frontend/onnx/families/fast_fourier.h"
#include "frontend/onnx/families/fourier.h"
#include "ir/table.h"

namespace landfall::frontend {

namespace {

/// A complex number.
struct Complex {
  Scalar re, im;

  Scalar part(Scalar number) const { return select(number == 0, re, im); }
  Complex conjugate_if(bool yes) const { return {re, yes ? -im : im}; }
};

Complex operator*(const Complex &a, const Complex &b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/// Number n of a table [2, numbers].
Complex on_circle(Tensor table, Scalar n) {
  Builder &b = table.builder();
  Scalar inside = n < b.scalar(table.dim(1));
  Scalar zero = b.literal(table.dtype(), 0);
  return {table.at_or(Scalars{b.index(0), n}, inside, zero),
          table.at_or(Scalars{b.index(1), n}, inside, zero)};
}

/// The element of x [outer, parts, n, inner] at (o, n, i) where `inside`,
/// else 0.
Complex element(Tensor x, Scalar o, Scalar n, Scalar i, Scalar inside) {
  Builder &b = x.builder();
  Scalar zero = b.literal(x.dtype(), 0);
  Scalar re = x.at_or(Scalars{o, b.index(0), n, i}, inside, zero);
  if (x.dim(1) == Size(1))
    return {re, zero};
  // Where only the run knows the parts, there may be one.
  Scalar last = b.scalar(x.dim(1) - 1);
  Scalar complex = logical_and(inside, last == b.index(1));
  return {re, x.at_or(Scalars{o, last, n, i}, complex, zero)};
}

Tensor transform(Builder &b, Tensor x, Size length, bool inverse) {
  return has_fast_fourier(length)
             ? fast_fourier(b, x, *length.constant(), inverse)
             : factor_transform(b, x, length, inverse);
}

} // namespace

Tensor chirp_transform(Builder &b, Tensor x, Size length, bool inverse) {
  Size outer = x.dim(0), inner = x.dim(3);
  Size padded = padded_length(b, length * 2 - 1);
  DType type = x.dtype();
  // n^2 / 2 steps of the circle's `length`, taken modulo a turn in integers.
  Tensor circle = circle_table(b, length * 2, type);
  Tensor chirp =
      ir::table(b, {2, length}, type, [&](std::span<const Scalar> p) {
        Scalar step = p[1] * p[1] % b.scalar(length * 2);
        return on_circle(circle, step).part(p[0]);
      });
  Tensor signal =
      b.map({outer, 2, padded, inner}, type, [&](std::span<const Scalar> p) {
        Scalar inside = p[2] < b.scalar(length);
        Complex turned = element(x, p[0], p[2], p[3], inside) *
                         on_circle(chirp, p[2]).conjugate_if(!inverse);
        return turned.part(p[1]);
      });
  // The chirp runs both ways from 0; the second half lies at the end. That
  // there is one filter is left to the run: its passes are the signal's kernels
  // then, not others for an extent of 1.
  Size one = length.is_constant() ? Size(1) : min(length, 1);
  Tensor filter =
      b.map({one, 2, padded, 1}, type, [&](std::span<const Scalar> p) {
        Scalar n = minimum(p[2], b.scalar(padded) - p[2]);
        return on_circle(chirp, n).conjugate_if(inverse).part(p[1]);
      });
  Tensor spectrum = transform(b, signal, padded, false);
  Tensor response = transform(b, filter, padded, false);
  Tensor product =
      b.map({outer, 2, padded, inner}, type, [&](std::span<const Scalar> p) {
        Scalar everywhere = p[2] < b.scalar(padded), zero = b.index(0);
        Complex both = element(spectrum, p[0], p[2], p[3], everywhere) *
                       element(response, zero, p[2], zero, everywhere);
        return both.part(p[1]);
      });
  Tensor folded = transform(b, product, padded, true);
  Shape result = {outer, 2, length, inner};
  return b.map(result, type, [&](std::span<const Scalar> p) {
    Scalar inside = p[2] < b.scalar(length);
    Complex turned = element(folded, p[0], p[2], p[3], inside) *
                     on_circle(chirp, p[2]).conjugate_if(!inverse);
    return turned.part(p[1]) / cast(b.scalar(padded), type);
  });
}

} // namespace landfall::frontend
