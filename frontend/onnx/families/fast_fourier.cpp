//===- fast_fourier.cpp - Discrete Fourier transforms by factors ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/fast_fourier.h"

#include "frontend/onnx/support/attribute_table.h"

#include <cmath>
#include <numbers>

namespace landfall::frontend {

namespace {

constexpr int64_t direct_limit = 32;    ///< Splits aim at factors up to this.
constexpr int64_t largest_factor = 128; ///< Transformed directly at most.
constexpr int64_t longest = 1 << 20;    ///< Tables grow with the length.

/// The largest divisor up to the limit; 1 if there is none.
int64_t divisor_of(int64_t length) {
  for (int64_t factor = direct_limit; factor > 1; --factor)
    if (length % factor == 0)
      return factor;
  return 1;
}

Tensor real_table(Builder &b, DType type, const std::vector<double> &values,
                  std::vector<int64_t> dims) {
  if (type == DType::f64)
    return constant_table(b, type, values, std::move(dims));
  return constant_table(b, DType::f32,
                        std::vector<float>(values.begin(), values.end()),
                        std::move(dims));
}

/// exp(-+ 2 pi j step / length) as the 2x2 matrix (to, from) of its product.
double rotation(int64_t step, int64_t length, bool inverse, int to, int from) {
  double angle = 2 * std::numbers::pi * double(step % length) / double(length);
  if (to == from)
    return std::cos(angle);
  bool negative = (to == 1) != inverse;
  return negative ? -std::sin(angle) : std::sin(angle);
}

/// [2, n, parts, n]: part `to` of output k from part `from` of input i.
Tensor transform_matrix(Builder &b, DType type, int64_t n, int64_t parts,
                        bool inverse) {
  std::vector<double> values;
  for (int to = 0; to < 2; ++to)
    for (int64_t k = 0; k < n; ++k)
      for (int from = 0; from < parts; ++from)
        for (int64_t i = 0; i < n; ++i)
          values.push_back(rotation(k * i, n, inverse, to, from));
  return real_table(b, type, values, {2, n, parts, n});
}

/// [outer, parts, n, inner] to [outer, 2, n, inner], all terms summed.
Tensor transform_directly(Builder &b, Tensor x, int64_t n, bool inverse) {
  Tensor matrix =
      transform_matrix(b, x.dtype(), n, *x.dim(1).constant(), inverse);
  Contraction c;
  c.shape = {x.dim(0), 2, n, x.dim(3)};
  c.reduce = {x.dim(1), n};
  c.accumulator = x.dtype();
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> i) {
    return std::pair(matrix.at({p[1], p[2], i[0], i[1]}),
                     x.at({p[0], i[0], i[1], p[3]}));
  };
  return b.contract(c);
}

/// From x [outer, 2, n, m, inner] to [outer, 2, m, n, inner]: element (k, i)
/// times exp(-+ 2 pi j k i / (n m)).
Tensor rotate(Builder &b, Tensor x, int64_t n, int64_t m, bool inverse) {
  std::vector<double> values;
  for (int part = 0; part < 2; ++part)
    for (int64_t i = 0; i < m; ++i)
      for (int64_t k = 0; k < n; ++k)
        values.push_back(rotation(k * i, n * m, inverse, part, 0));
  Tensor angles = real_table(b, x.dtype(), values, {2, m, n});
  Shape shape = {x.dim(0), 2, m, n, x.dim(4)};
  return b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    Scalar zero = b.index(0), one = b.index(1);
    Scalar cosine = angles.at({zero, p[2], p[3]});
    Scalar sine = angles.at({one, p[2], p[3]});
    Scalar real = x.at({p[0], zero, p[3], p[2], p[4]});
    Scalar imaginary = x.at({p[0], one, p[3], p[2], p[4]});
    return select(p[1] == 0, real * cosine - imaginary * sine,
                  real * sine + imaginary * cosine);
  });
}

} // namespace

bool has_fast_fourier(Size length) {
  auto constant = length.constant();
  if (!constant || *constant < 1 || *constant > longest)
    return false;
  int64_t rest = *constant;
  while (rest > direct_limit && divisor_of(rest) > 1)
    rest /= divisor_of(rest);
  return rest <= largest_factor;
}

Tensor fast_fourier(Builder &b, Tensor x, int64_t length, bool inverse) {
  int64_t n = divisor_of(length);
  if (length <= direct_limit || n == 1)
    return transform_directly(b, x, length, inverse);
  int64_t m = length / n;
  Size outer = x.dim(0), inner = x.dim(3);
  Tensor split = b.reshape(x, {outer, x.dim(1), n, inner * m});
  Tensor first = b.reshape(transform_directly(b, split, n, inverse),
                           {outer, 2, n, m, inner});
  Tensor rotated =
      b.reshape(rotate(b, first, n, m, inverse), {outer, 2, m, inner * n});
  Tensor second = fast_fourier(b, rotated, m, inverse);
  return b.reshape(second, {outer, 2, length, inner});
}

} // namespace landfall::frontend
