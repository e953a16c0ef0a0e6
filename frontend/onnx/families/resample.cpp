//===- resample.cpp - Resizing one dimension after another ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/resample.h"

#include "frontend/onnx/families/resample_position.h"
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/index_lists.h"
#include "ir/table.h"

namespace landfall::frontend {
namespace {

/// The cubic convolution kernel at distance x.
Scalar cubic_kernel(Scalar x, double a) {
  x = abs(x);
  Scalar near = ((a + 2) * x - (a + 3)) * x * x + 1;
  Scalar far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  Scalar zero = x.builder().literal(x.dtype(), 0);
  return select(x <= 1, near, select(x < 2, far, zero));
}

/// What makes the output elements of one dimension. Output positions are the
/// inner dimension, so that neighbours lie side by side.
struct Taps {
  /// Inside a body: the input element (i64, clamped into the input) of output
  /// element `i` and tap `k`.
  std::function<Scalar(Scalar i, Scalar k)> source;
  Tensor weights; ///< [taps, out]
  Tensor outside; ///< [out] bool; only where positions may be extrapolated.
};

/// Tables of a linear or cubic resize along one dimension.
class TapTables {
public:
  TapTables(Builder &b, const ResizeRules &rules, const ResizeDim &dim)
      : b_(b), rules_(rules), dim_(dim) {}

  Taps build(DType compute) {
    Taps taps;
    Shape shape = {dim_.taps, dim_.out};
    taps.source = sources(shape);
    taps.weights =
        ir::table(b_, shape, compute, [&](std::span<const Scalar> at) {
          return cast(weight(at[1], at[0]), compute);
        });
    if (rules_.coordinates == Coordinates::tf_crop_and_resize)
      taps.outside = ir::table(
          b_, {dim_.out}, DType::boolean, [&](std::span<const Scalar> at) {
            Scalar x = position(at[0]);
            Scalar last = cast(b_.scalar(dim_.in - 1), DType::f64);
            return logical_or(x < 0, last < x);
          });
    return taps;
  }

private:
  /// In integers where that gives the same elements, else from a table.
  std::function<Scalar(Scalar i, Scalar k)> sources(const Shape &shape) {
    Builder &b = b_;
    Size last = dim_.in - 1;
    if (auto middle = exact_element(rules_.coordinates, Nearest::ceil, dim_))
      return [&b, last, middle, taps = dim_.taps](Scalar i, Scalar k) {
        Scalar first = middle->at(i) - b.scalar(floordiv(taps, 2));
        return clamp(first + k, b.index(0), b.scalar(last));
      };
    Tensor table =
        ir::table(b, shape, DType::i64, [&](std::span<const Scalar> at) {
          return clamp(first(position(at[1])) + at[0], b.index(0),
                       b.scalar(last));
        });
    return [table](Scalar i, Scalar k) { return table.at({k, i}); };
  }

  Scalar position(Scalar i) {
    return original_position(b_, rules_.coordinates, dim_, cast(i, DType::f64));
  }

  /// The middle pair of taps is (ceil(x) - 1, ceil(x)).
  Scalar first(Scalar x) {
    return cast(ceil(x), DType::i64) - b_.scalar(floordiv(dim_.taps, 2));
  }

  /// Before normalisation: the kernel at the distance of input element `tap`.
  Scalar raw_weight(Scalar x, Scalar tap) {
    Scalar distance = cast(tap, DType::f64) - x;
    if (rules_.antialias)
      distance = distance * minimum(dim_.scale(), 1.0);
    Scalar weight = rules_.mode == ResizeMode::cubic
                        ? cubic_kernel(distance, rules_.cubic_a)
                        : maximum(1 - abs(distance), 0.0);
    if (!rules_.exclude_outside)
      return weight;
    Scalar inside = logical_and(tap >= 0, tap < b_.scalar(dim_.in));
    return select(inside, weight, b_.literal(DType::f64, 0));
  }

  Scalar weight(Scalar i, Scalar k) {
    Scalar x = position(i);
    Scalar start = first(x);
    Scalar weight = raw_weight(x, start + k);
    if (!rules_.antialias && !rules_.exclude_outside)
      return weight;
    Scalar total =
        sum(b_, {dim_.taps}, DType::f64, [&](std::span<const Scalar> tap) {
          return raw_weight(x, start + tap[0]);
        });
    return weight / select(total == 0, b_.literal(DType::f64, 1), total);
  }

  Builder &b_;
  const ResizeRules &rules_;
  const ResizeDim &dim_;
};

Tensor interpolate(Tensor x, const ResizeRules &rules, const ResizeDim &dim,
                   DType compute) {
  Builder &b = x.builder();
  Taps taps = TapTables(b, rules, dim).build(compute);
  auto tap = [&](std::span<const Scalar> at, Scalar k) {
    Scalar i = at[dim.dim];
    Scalar source = taps.source(i, k);
    return convert(x.at(replaced(at, dim.dim, source)), compute) *
           taps.weights.at({k, i});
  };
  auto weighted_sum = [&](std::span<const Scalar> at) {
    return sum_of_few(b, dim.taps, compute,
                      [&](Scalar k) { return tap(at, k); });
  };
  return b.map(replaced(x.shape(), dim.dim, dim.out), compute,
               [&](std::span<const Scalar> at) {
                 Scalar value = weighted_sum(at);
                 if (!taps.outside)
                   return value;
                 return select(taps.outside.at({at[dim.dim]}),
                               b.literal(compute, rules.extrapolation), value);
               });
}

/// The input element of each output element, -1 for an extrapolated one.
Tensor nearest_table(Builder &b, const ResizeRules &rules,
                     const ResizeDim &dim) {
  return ir::table(b, {dim.out}, DType::i64, [&](std::span<const Scalar> at) {
    Scalar x =
        original_position(b, rules.coordinates, dim, cast(at[0], DType::f64));
    Scalar element = nearest_element(b, rules.nearest, dim, x);
    if (rules.coordinates != Coordinates::tf_crop_and_resize)
      return element;
    Scalar last = cast(b.scalar(dim.in - 1), DType::f64);
    return select(logical_or(x < 0, last < x), b.index(-1), element);
  });
}

Tensor pick_nearest(Tensor x, const ResizeRules &rules,
                    std::span<const ResizeDim> dims) {
  Builder &b = x.builder();
  Shape shape = x.shape();
  std::vector<std::optional<ExactElement>> exact;
  Tensors tables; // None where elements are computed in integers.
  for (const ResizeDim &dim : dims) {
    shape[dim.dim] = dim.out;
    exact.push_back(exact_element(rules.coordinates, rules.nearest, dim));
    tables.push_back(exact.back() ? Tensor() : nearest_table(b, rules, dim));
  }
  bool extrapolates = rules.coordinates == Coordinates::tf_crop_and_resize;
  return b.map(shape, x.dtype(), [&](std::span<const Scalar> at) {
    Scalars source(at.begin(), at.end());
    Scalar inside = b.literal_int(DType::boolean, 1);
    for (size_t j = 0; j < dims.size(); ++j) {
      Scalar i = at[dims[j].dim];
      source[dims[j].dim] =
          exact[j] ? exact[j]->clamped(b, dims[j], i) : tables[j].at({i});
      inside = logical_and(inside, source[dims[j].dim] >= 0);
    }
    if (!extrapolates)
      return x.at(source);
    return x.at_or(source, inside, b.literal(x.dtype(), rules.extrapolation));
  });
}

/// Integers are rounded to even and clamped.
Tensor to_type(Tensor x, DType type) {
  if (x.dtype() == type)
    return x;
  return x.builder().elementwise({x}, [&](std::span<const Scalar> e) {
    return is_real(type) ? cast(e[0], type)
                         : cast_saturate(round_even(e[0]), type);
  });
}

} // namespace

Tensor resample(Tensor x, const ResizeRules &rules,
                std::span<const ResizeDim> dims) {
  if (dims.empty())
    return x;
  if (rules.mode == ResizeMode::nearest)
    return pick_nearest(x, rules, dims);
  DType type = x.dtype();
  DType compute = is_integer(type) && size_of(type) < 4
                      ? DType::f32
                      : real_compute_type(type);
  for (const ResizeDim &dim : dims)
    x = interpolate(x, rules, dim, compute);
  return to_type(x, type);
}

} // namespace landfall::frontend
