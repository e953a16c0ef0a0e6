//===- chirp_transform.cpp - Fourier transforms of any length -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/chirp_transform.h"

#include "frontend/onnx/families/fast_fourier.h"
#include "frontend/onnx/families/fourier.h"

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

/// Element n of a table of angles, as a number on the unit circle.
Complex on_circle(Tensor table, Scalar n) {
  Builder &b = table.builder();
  Scalar inside = n < b.scalar(table.dim(0));
  Scalar zero = b.literal(table.dtype(), 0);
  return {table.at_or(Scalars{n, b.index(0)}, inside, zero),
          table.at_or(Scalars{n, b.index(1)}, inside, zero)};
}

/// Element [n, column] of parts x [parts, n, columns] where `inside`, else 0.
Complex element(Tensor x, Scalar n, Scalar column, Scalar inside) {
  Builder &b = x.builder();
  Scalar zero = b.literal(x.dtype(), 0);
  Scalar re = x.at_or(Scalars{b.index(0), n, column}, inside, zero);
  if (x.dim(0) == Size(1))
    return {re, zero};
  // Where only the run knows the parts, there may be one.
  Scalar last = b.scalar(x.dim(0) - 1);
  Scalar complex = logical_and(inside, last == b.index(1));
  return {re, x.at_or(Scalars{last, n, column}, complex, zero)};
}

/// An i64 that is computed by doubling 1 up to at least `least`: the power of
/// two, or how often.
enum class Doubling { power, count };
Tensor doubled(Builder &b, Size least, Doubling wanted) {
  return b.map({1}, DType::i64, [&](std::span<const Scalar>) {
    Scalars steps = b.fold_while(
        {b.index(1), b.index(0)}, [&](std::span<const Scalar> carried) {
          Scalar more = carried[0] < b.scalar(least);
          Scalar by = cast(more, DType::i64);
          return std::pair(more,
                           Scalars{carried[0] * (by + 1), carried[1] + by});
        });
    return steps[wanted == Doubling::power ? 0 : 1];
  });
}

/// A power of two of at least `least`.
Size power_of_two(Builder &b, Size least) {
  if (auto known = least.constant()) {
    int64_t power = 1;
    while (power < *known)
      power *= 2;
    return power;
  }
  return b.read(doubled(b, least, Doubling::power), 0, {1, int64_t(1) << 62});
}

/// One step of `powers_of_two`: each pair of elements half the length apart is
/// added and subtracted. Of the pairs, `stride` in a row are alike (T.
/// Stockham, "High-speed convolution and correlation", 1966: the order comes
/// out right).
Tensor butterflies(Builder &b, Tensor x, Tensor table, Tensor stride,
                   Size length, Size columns, bool inverse) {
  return b.map({2, length, columns}, x.dtype(), [&](std::span<const Scalar> p) {
    Scalar half = b.scalar(floordiv(length, 2));
    Scalar s = stride.at({b.index(0)});
    Scalar row = p[1] % s, pair = p[1] / s;
    Scalar rotation = pair / 2 * s, first = row + rotation;
    Scalar inside = logical_and(b.index(0) <= first, first < half);
    Complex a = element(x, first, p[2], inside);
    Complex c = element(x, first + half, p[2], inside);
    Complex sum = {a.re + c.re, a.im + c.im};
    Complex difference = {a.re - c.re, a.im - c.im};
    Complex turned =
        difference * on_circle(table, rotation).conjugate_if(!inverse);
    return select(pair % 2 == 0, sum.part(p[0]), turned.part(p[0]));
  });
}

/// The transform of a power of two that only the run knows.
Tensor powers_of_two(Builder &b, Tensor x, Size length, bool inverse) {
  Size columns = x.dim(2);
  Tensor table = angles(b, floordiv(length, 2), length, x.dtype(),
                        [](Scalar n) { return n; });
  Tensor one = b.map({1}, DType::i64,
                     [&](std::span<const Scalar>) { return b.index(1); });
  Tensor count = b.reshape(doubled(b, length, Doubling::count), {});
  return b
      .loop(count, {}, {x, one},
            [&](const Builder::LoopState &state) {
              Tensor now = state.carried[0].tensor,
                     stride = state.carried[1].tensor;
              Tensor next =
                  butterflies(b, now, table, stride, length, columns, inverse);
              Tensor doubled_stride = b.map({1}, DType::i64, [&](auto p) {
                return stride.at({p[0]}) * 2;
              });
              return Builder::LoopStep{{}, {next, doubled_stride}, {}};
            })[0]
      .tensor;
}

Tensor transform(Builder &b, Tensor x, Size length, bool inverse) {
  return has_fast_fourier(length)
             ? fast_fourier(b, x, *length.constant(), inverse)
             : powers_of_two(b, x, length, inverse);
}

} // namespace

Tensor chirp_transform(Builder &b, Tensor x, Size length, bool inverse) {
  Size columns = x.dim(2), padded = power_of_two(b, length * 2 - 1);
  DType type = x.dtype();
  // n^2 / 2 steps of the circle's `length`, taken modulo a turn in integers.
  Tensor chirp = angles(b, length, length * 2, type,
                        [&](Scalar n) { return n * n % b.scalar(length * 2); });
  Tensor signal =
      b.map({2, padded, columns}, type, [&](std::span<const Scalar> p) {
        Scalar inside = p[1] < b.scalar(length);
        Complex turned = element(x, p[1], p[2], inside) *
                         on_circle(chirp, p[1]).conjugate_if(!inverse);
        return turned.part(p[0]);
      });
  // The chirp runs both ways from 0; the second half lies at the end.
  Tensor filter = b.map({2, padded, 1}, type, [&](std::span<const Scalar> p) {
    Scalar n = minimum(p[1], b.scalar(padded) - p[1]);
    return on_circle(chirp, n).conjugate_if(inverse).part(p[0]);
  });
  Tensor spectrum = transform(b, signal, padded, false);
  Tensor response = transform(b, filter, padded, false);
  Tensor product =
      b.map({2, padded, columns}, type, [&](std::span<const Scalar> p) {
        Scalar everywhere = p[1] < b.scalar(padded);
        Complex both = element(spectrum, p[1], p[2], everywhere) *
                       element(response, p[1], b.index(0), everywhere);
        return both.part(p[0]);
      });
  Tensor folded = transform(b, product, padded, true);
  return b.map({2, length, columns}, type, [&](std::span<const Scalar> p) {
    Scalar inside = p[1] < b.scalar(length);
    Complex turned = element(folded, p[1], p[2], inside) *
                     on_circle(chirp, p[1]).conjugate_if(!inverse);
    return turned.part(p[0]) / cast(b.scalar(padded), type);
  });
}

Tensor by_length(Builder &b, Size length,
                 const std::function<Tensor()> &directly,
                 const std::function<Tensor()> &by_chirp) {
  if (auto known = length.constant())
    return *known <= longest_direct_transform ? directly() : by_chirp();
  Tensor is_short = b.map({}, DType::boolean, [&](std::span<const Scalar>) {
    return b.scalar(length) <= b.index(longest_direct_transform);
  });
  return b
      .if_else(
          is_short, [&] { return std::vector<Any>{directly()}; },
          [&] { return std::vector<Any>{by_chirp()}; })[0]
      .tensor;
}

} // namespace landfall::frontend
