//===- factor_transform.cpp - Fourier transforms of run-time length -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/factor_transform.h"

#include "frontend/onnx/families/fourier.h"
#include "ir/table.h"

namespace landfall::frontend {

namespace {

constexpr int64_t preferred_radix = 32; ///< Passes aim at factors up to this.
constexpr int64_t largest_prime = 127;  ///< Transformed directly at most.
/// A length that fits int64 has fewer powers of two than this.
constexpr int64_t longest = int64_t(1) << 62;

/// The least t with t^passes >= rest, where `passes` is the least number of
/// factors up to preferred_radix whose product may be `rest`: the factors'
/// sum, and so the work, is least where they are alike.
Scalar ideal_radix(Builder &b, Scalar rest) {
  Scalar passes = b.fold_while(
      {b.index(1), b.index(preferred_radix)},
      [&](std::span<const Scalar> carried) {
        Scalar more = carried[1] < rest;
        Scalar grown = carried[1] * double(preferred_radix);
        return std::pair(more, Scalars{carried[0] + cast(more, DType::i64),
                                       select(more, grown, carried[1])});
      })[0];
  return b.fold_while({b.index(1)}, [&](std::span<const Scalar> radix) {
    Scalar power = b.fold_to(b.index(0), passes, {b.index(1)},
                             [&](Scalar, std::span<const Scalar> carried) {
                               return Scalars{carried[0] * radix[0]};
                             })[0];
    Scalar more = power < rest;
    return std::pair(more, Scalars{radix[0] + cast(more, DType::i64)});
  })[0];
}

/// The factor of the next pass: of the divisors of `rest`, the least that is
/// not below the ideal one, else the greatest below; one over preferred_radix
/// only if there is none else.
Size next_radix(Builder &b, Size rest) {
  Tensor radix = b.map({1}, DType::i64, [&](std::span<const Scalar>) {
    Scalar of = b.scalar(rest), ideal = ideal_radix(b, of);
    Scalar end = minimum(of, double(largest_prime)) + 1;
    auto choose = [&](Scalar d, std::span<const Scalar> best) {
      Scalar above =
          logical_and(best[0] < ideal,
                      logical_or(d <= double(preferred_radix), best[0] == 1));
      Scalar better = logical_and(of % d == 0, logical_or(d <= ideal, above));
      return Scalars{select(better, d, best[0])};
    };
    return b.fold_to(b.index(2), end, {b.index(1)}, choose)[0];
  });
  return b.read(radix, 0, {1, largest_prime});
}

/// Angles of a whole transform and the sign of its sines.
struct Circle {
  Builder &b;
  Size length;
  bool inverse;
  Tensor table; ///< circle_table

  /// Part `to` of the product of exp(-+ 2 pi j step / length) and part `from`.
  Scalar at(Scalar step, Scalar to, Scalar from) const {
    Scalar mixed = to != from;
    Scalar negative = logical_and(mixed, to == (inverse ? 0 : 1));
    Scalar value =
        table.at_or(Scalars{cast(mixed, DType::i64), step},
                    step < b.scalar(table.dim(1)), b.literal(table.dtype(), 0));
    return select(negative, -value, value);
  }
};

/// The first `results` points of the transform of n points, as a matrix
/// [2 results, parts n].
Tensor radix_matrix(const Circle &circle, Size n, Size results, Size parts) {
  Builder &b = circle.b;
  // x * y % n of numbers below 2^7: exact in f32, without a division for each.
  auto steps = [&](Scalar x, Scalar y) {
    Scalar count = cast(b.scalar(n), DType::f32);
    Scalar product = cast(x, DType::f32) * cast(y, DType::f32);
    Scalar quotient = floor((product + 0.5) * (1.0 / count));
    return cast(product - quotient * count, DType::i64);
  };
  Tensor matrix =
      ir::table(b, {2, results, parts, n}, circle.table.dtype(),
                [&](std::span<const Scalar> p) {
                  Scalar turn = b.scalar(floordiv(circle.length, n));
                  return circle.at(steps(p[1], p[3]) * turn, p[0], p[2]);
                });
  return b.reshape(matrix, {results * 2, parts * n});
}

/// From x [outer, 2, n, m, inner] to [outer, 2, m, n, inner]: element (k, i)
/// turned by k i steps of the circle of n m.
Tensor rotated(const Circle &circle, Tensor x) {
  Builder &b = circle.b;
  Size n = x.dim(2), m = x.dim(3);
  Tensor turns =
      ir::table(b, {2, m, n}, x.dtype(), [&](std::span<const Scalar> p) {
        Scalar turn = b.scalar(floordiv(circle.length, n * m));
        return circle.at(p[1] * p[2] * turn, p[0], b.index(0));
      });
  Shape shape = {x.dim(0), 2, m, n, x.dim(4)};
  return b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    Scalar zero = b.index(0), one = b.index(1);
    Scalar cosine = turns.at({zero, p[2], p[3]});
    Scalar sine = turns.at({one, p[2], p[3]});
    Scalar real = x.at({p[0], zero, p[3], p[2], p[4]});
    Scalar imaginary = x.at({p[0], one, p[3], p[2], p[4]});
    return select(p[1] == 0, real * cosine - imaginary * sine,
                  real * sine + imaginary * cosine);
  });
}

/// All n points from the first half of them: x [outer, 2, n / 2 + 1, inner].
Tensor with_conjugates(Builder &b, Tensor x, Size n) {
  Shape shape = {x.dim(0), 2, n, x.dim(3)};
  return b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    Scalar mirrored = b.scalar(n) - p[2];
    // The last one limits nothing: bounds do not see that.
    Scalar last = b.scalar(x.dim(2) - 1);
    Scalar value =
        x.at({p[0], p[1], minimum(minimum(p[2], mirrored), last), p[3]});
    Scalar turned = logical_and(p[1] == 1, mirrored < p[2]);
    return select(turned, -value, value);
  });
}

Tensor is_unfinished(Builder &b, Size rest) {
  return b.map({}, DType::boolean, [&](std::span<const Scalar>) {
    return b.scalar(rest) > b.index(1);
  });
}

/// One pass: from x [outer, parts, rest, inner], whose columns are still to be
/// transformed, to [outer, 2, rest / n, n inner].
Tensor pass(const Circle &circle, Tensor x) {
  Builder &b = circle.b;
  Size outer = x.dim(0), parts = x.dim(1), rest = x.dim(2), inner = x.dim(3);
  Size n = next_radix(b, rest), m = floordiv(rest, n);
  // Of a real signal, point n - k is the conjugate of point k.
  bool is_real = parts == Size(1);
  Size results = is_real ? floordiv(n, 2) + 1 : n;
  Tensor matrix = radix_matrix(circle, n, results, parts);
  Tensor split = b.reshape(x, {outer, parts * n, m * inner});
  Contraction c;
  c.shape = {outer, results * 2, m * inner};
  c.reduce = {parts * n};
  c.accumulator = x.dtype();
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> i) {
    return std::pair(matrix.at({p[1], i[0]}), split.at({p[0], i[0], p[2]}));
  };
  Tensor summed = b.reshape(b.contract(c), {outer, 2, results, m * inner});
  auto first = [&] { return is_real ? with_conjugates(b, summed, n) : summed; };
  Shape result = {outer, 2, m, n * inner};
  // The last pass has nothing to turn.
  return b
      .if_else(
          is_unfinished(b, m),
          [&] {
            Tensor parted = b.reshape(first(), {outer, 2, n, m, inner});
            return std::vector<Any>{b.reshape(rotated(circle, parted), result)};
          },
          [&] { return std::vector<Any>{b.reshape(first(), result)}; })[0]
      .tensor;
}

} // namespace

Tensor has_small_factors(Builder &b, Size length) {
  return b.map({}, DType::boolean, [&](std::span<const Scalar>) {
    auto without = [&](Scalar factor, std::span<const Scalar> rest) {
      return b.fold_while({rest[0]}, [&](std::span<const Scalar> carried) {
        Scalar divides = logical_and(carried[0] > 1, carried[0] % factor == 0);
        return std::pair(
            divides, Scalars{select(divides, carried[0] / factor, carried[0])});
      });
    };
    return b.fold_to(b.index(2), b.index(largest_prime + 1), {b.scalar(length)},
                     without)[0] <= 1;
  });
}

Tensor factor_transform(Builder &b, Tensor x, Size length, bool inverse) {
  Circle circle{b, length, inverse, circle_table(b, length, x.dtype())};
  Size outer = x.dim(0), inner = x.dim(3);
  // The first pass takes half the work if the signal is real.
  Tensor first = pass(circle, x);
  Tensor done = b.loop({}, is_unfinished(b, first.dim(2)), {first},
                       [&](const Builder::LoopState &state) {
                         Tensor next = pass(circle, state.carried[0].tensor);
                         return Builder::LoopStep{
                             is_unfinished(b, next.dim(2)), {next}, {}};
                       })[0]
                    .tensor;
  return b.reshape(done, {outer, 2, length, inner});
}

Size padded_length(Builder &b, Size least) {
  if (auto known = least.constant()) {
    int64_t best = longest;
    for (int64_t grown : {1, 3, 5}) {
      while (grown < *known)
        grown *= 2;
      best = std::min(best, grown);
    }
    return best;
  }
  Tensor length = b.map({1}, DType::i64, [&](std::span<const Scalar>) {
    Scalar best = b.index(longest);
    for (int64_t odd : {1, 3, 5}) {
      Scalar grown =
          b.fold_while({b.index(odd)}, [&](std::span<const Scalar> carried) {
            Scalar more = carried[0] < b.scalar(least);
            return std::pair(
                more, Scalars{carried[0] * (cast(more, DType::i64) + 1)});
          })[0];
      best = minimum(best, grown);
    }
    return best;
  });
  return b.read(length, 0, {1, longest});
}

} // namespace landfall::frontend
