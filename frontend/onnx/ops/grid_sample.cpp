//===- grid_sample.cpp - Interpolation at given positions -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/index_lists.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {
namespace {

enum class Sampling { nearest, linear, cubic };
enum class Padding { zeros, border, reflection };

/// What the node says, and its operands.
struct Sampler {
  Builder &b;
  Tensor x, grid;
  Sampling mode;
  Padding padding;
  bool align_corners;
  DType compute;

  /// An element position along one dimension, with its weight.
  struct Tap {
    Scalar index;
    Scalar inside; ///< Absent: always.
    Scalar weight;
  };

  Scalar literal(double value) const { return b.literal(compute, value); }

  /// A coordinate in [-1, 1] as a position in a dimension of n elements.
  Scalar denormalize(Scalar coordinate, Scalar n) const {
    return align_corners ? (coordinate + 1) / 2 * (n - 1)
                         : ((coordinate + 1) * n - 1) / 2;
  }

  /// Reflects at the borders until inside: there and back is one period.
  Scalar reflect(Scalar position, Scalar n) const {
    Scalar low = literal(align_corners ? 0 : -0.5);
    Scalar range = align_corners ? n - 1 : n;
    Scalar period = maximum(range * 2, 1.0);
    Scalar offset = (position - low) % period;
    return low + minimum(offset, period - offset);
  }

  Scalar outer_position(Scalar coordinate, Scalar n) const {
    Scalar position = denormalize(coordinate, n);
    // As ONNX Runtime: what is no position (NaN, infinite, beyond integers)
    // stands for the first border.
    position = select(abs(position) < 0x1p62, position,
                      literal(align_corners ? 0 : -0.5));
    if (mode == Sampling::nearest)
      position = round_even(position);
    // A cubic's taps meet the border one by one.
    if (padding == Padding::border && mode != Sampling::cubic)
      return clamp(position, literal(0), n - 1);
    if (padding == Padding::reflection)
      return reflect(position, n);
    return position;
  }

  /// The element that stands for position `i`, which may be outside.
  Tap tap(Scalar i, Size extent, Scalar weight) const {
    Scalar n = b.scalar(extent), zero = b.index(0);
    if (padding == Padding::zeros)
      return {i, logical_and(i >= 0, i < n), weight};
    if (padding == Padding::border)
      return {clamp(i, zero, n - 1), {}, weight};
    Scalar period =
        b.scalar(max(align_corners ? 2 * extent - 2 : 2 * extent, 1));
    Scalar offset = i % period;
    Scalar back = align_corners ? period - offset : period - 1 - offset;
    return {clamp(minimum(offset, back), zero, n - 1), {}, weight};
  }

  std::vector<Tap> taps(Scalar coordinate, Size extent) const {
    Scalar position =
        outer_position(coordinate, cast(b.scalar(extent), compute));
    if (mode == Sampling::nearest)
      return {tap(cast(position, DType::i64), extent, {})};
    Scalar base = floor(position), t = position - base;
    Scalar i = cast(base, DType::i64);
    if (mode == Sampling::linear)
      return {tap(i, extent, 1 - t), tap(i + 1, extent, t)};
    constexpr double a = -0.75;
    auto near = [&](Scalar d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
    auto far = [&](Scalar d) {
      return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
    };
    return {tap(i - 1, extent, far(t + 1)), tap(i, extent, near(t)),
            tap(i + 1, extent, near(1 - t)), tap(i + 2, extent, far(2 - t))};
  }

  /// The sum over the taps of dimension `d` and all later ones.
  Scalar interpolate(std::span<const std::vector<Tap>> dims, Scalars at,
                     Scalar inside) const {
    if (dims.empty()) {
      Scalar value =
          inside ? x.at_or(at, inside, b.literal(x.dtype(), 0)) : x.at(at);
      return mode == Sampling::nearest ? value : convert(value, compute);
    }
    Scalar total;
    for (const Tap &tap : dims.front()) {
      Scalar all = inside;
      if (tap.inside)
        all = all ? logical_and(all, tap.inside) : tap.inside;
      Scalars here = inserted(at, static_cast<int>(at.size()), tap.index);
      Scalar part = interpolate(dims.subspan(1), here, all);
      if (tap.weight)
        part = part * tap.weight;
      total = total ? total + part : part;
    }
    return total;
  }

  /// at = (n, c, output position...)
  Scalar sample(std::span<const Scalar> at) const {
    int spatial = x.rank() - 2;
    Scalars where = inserted(removed(at, 1), spatial + 1, b.index(0));
    std::vector<std::vector<Tap>> dims;
    for (int d = 0; d < spatial; ++d) {
      // The grid's coordinates start with the last dimension.
      where.back() = b.index(spatial - 1 - d);
      dims.push_back(taps(convert(grid.at(where), compute), x.dim(2 + d)));
    }
    return convert(interpolate(dims, {at[0], at[1]}, {}), x.dtype());
  }
};

Sampling sampling_of(const Node &node) {
  std::string mode = node.string_attr("mode", "linear");
  if (mode == "nearest")
    return Sampling::nearest;
  if (mode == "linear" || mode == "bilinear")
    return Sampling::linear;
  node.expect(mode == "cubic" || mode == "bicubic",
              "'mode' is '" + mode + "'; expected nearest, linear or cubic");
  return Sampling::cubic;
}

Padding padding_of(const Node &node) {
  std::string mode = node.string_attr("padding_mode", "zeros");
  if (mode == "zeros")
    return Padding::zeros;
  if (mode == "border")
    return Padding::border;
  node.expect(mode == "reflection",
              "'padding_mode' is '" + mode +
                  "'; expected zeros, border or reflection");
  return Padding::reflection;
}

// Y[n, c, p...] = X[n, c] interpolated at the position grid[n, p...], whose
// coordinates run from -1 to 1 over each dimension of X
void grid_sample(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X"), grid = node.input(1, "grid");
  node.expect(x.rank() >= 3 && grid.rank() == x.rank(),
              "X and grid must have one rank of at least 3");
  b.require(equal(x.dim(0), grid.dim(0)), "X and grid differ in N");
  b.require(equal(grid.dim(-1), x.rank() - 2),
            "the last extent of grid must be the number of X's spatial "
            "dimensions");
  Sampler sampler{b,
                  x,
                  grid,
                  sampling_of(node),
                  padding_of(node),
                  flag_unless_zero(node, "align_corners", false),
                  real_compute_type(grid.dtype())};
  Shape shape =
      replaced(sublist(grid.shape(), 0, grid.rank() - 1), 0, x.dim(0));
  shape = inserted(shape, 1, x.dim(1));
  // Borders and reflections need an element to repeat.
  if (sampler.padding != Padding::zeros)
    for (int d = 2; d < x.rank(); ++d)
      b.require(less(0, x.dim(d)), "GridSample has an empty dimension");
  node.output(b.map(shape, x.dtype(), [&](std::span<const Scalar> at) {
    return sampler.sample(at);
  }));
}

} // namespace

LANDFALL_ONNX(grid_sample, {"GridSample", 16, grid_sample},
              {"GridSample", 1, grid_sample, "com.microsoft"})

} // namespace landfall::frontend
