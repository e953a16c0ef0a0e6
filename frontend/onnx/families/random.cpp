//===- random.cpp - Random numbers by position ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/random.h"

#include "frontend/onnx/support/compute_type.h"

#include <bit>
#include <numbers>

namespace landfall::frontend {

// FNV-1a over the name of what the node computes.
static int64_t seed_from_name(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char c : name)
    hash = (hash ^ c) * 0x100000001b3;
  return static_cast<int64_t>(hash);
}

static int64_t seed_of(const Node &node, RandomNumbers::Seed kind) {
  if (!node.has_attr("seed"))
    return seed_from_name(node.name());
  return kind == RandomNumbers::Seed::integer
             ? node.int_attr("seed")
             : std::bit_cast<int64_t>(node.float_attr("seed"));
}

RandomNumbers::RandomNumbers(const Node &node, Seed kind)
    : seed_(seed_of(node, kind)) {}

// SplitMix64: a counter stepping by the golden ratio, then a bit mixer.
Scalar RandomNumbers::bits(Scalar n) const {
  Builder &b = n.builder();
  auto u64 = [&](uint64_t v) {
    return b.literal_int(DType::u64, static_cast<int64_t>(v));
  };
  Scalar z = (cast(n, DType::u64) + u64(1)) * u64(0x9e3779b97f4a7c15) +
             u64(static_cast<uint64_t>(seed_));
  z = (z ^ (z >> u64(30))) * u64(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> u64(27))) * u64(0x94d049bb133111eb);
  return z ^ (z >> u64(31));
}

Scalar RandomNumbers::uniform(Scalar n, DType type) const {
  Builder &b = n.builder();
  bool wide = type == DType::f64; // As many bits as the type holds exactly.
  Scalar kept = bits(n) >> b.literal_int(DType::u64, wide ? 11 : 40);
  return cast(cast(kept, DType::i64), type) * (wide ? 0x1p-53 : 0x1p-24);
}

// Box-Muller, with 1 - uniform in (0, 1] under the logarithm.
Scalar RandomNumbers::normal(Scalar n, DType type) const {
  Scalar radius = sqrt(-2 * log(1 - uniform(n * 2, type)));
  return radius * cos(2 * std::numbers::pi * uniform(n * 2 + 1, type));
}

Scalar point_number(Builder &b, std::span<const Scalar> index,
                    const Shape &shape) {
  Scalar number = b.index(0);
  for (size_t d = 0; d < shape.size(); ++d)
    number = number * b.scalar(shape[d]) + index[d];
  return number;
}

Scalar drawn_class(Tensor scores, Scalar row, Scalar u) {
  Builder &b = scores.builder();
  DType type = u.dtype();
  Shape columns = {scores.dim(1)};
  auto score = [&](std::span<const Scalar> c) {
    return convert(scores.at({row, c[0]}), type);
  };
  Scalar top = max_of(b, columns, type, score);
  Scalar limit = u * sum(b, columns, type, [&](std::span<const Scalar> c) {
                   return exp(score(c) - top);
                 });
  auto step = [&](std::span<const Scalar> c, std::span<const Scalar> carried) {
    Scalar cumulated = carried[0] + exp(score(c) - top);
    return Scalars{cumulated,
                   carried[1] + cast(cumulated <= limit, DType::i64)};
  };
  Scalar chosen = b.fold(columns, {b.literal(type, 0), b.index(0)}, step)[1];
  return minimum(chosen, b.scalar(scores.dim(1)) - 1);
}

Tensor random_tensor(const Node &node, const Shape &shape, DType type,
                     const std::function<Scalar(const RandomNumbers &, Scalar n,
                                                DType real)> &draw) {
  RandomNumbers numbers(node);
  Builder &b = node.b();
  DType real = type == DType::f64 ? DType::f64 : DType::f32;
  return b.map(shape, type, [&](std::span<const Scalar> i) {
    return convert(draw(numbers, point_number(b, i, shape), real), type);
  });
}

std::pair<Shape, DType> random_like(const Node &node) {
  Tensor input = node.input(0, "input");
  return {input.shape(), real_dtype(node, "dtype", input.dtype())};
}

std::pair<Shape, DType> random_shape(const Node &node) {
  Shape shape;
  for (int64_t extent : node.ints_attr("shape")) {
    node.expect(extent >= 0, "`shape` must not be negative");
    shape.push_back(extent);
  }
  return {shape, real_dtype(node, "dtype", DType::f32)};
}

} // namespace landfall::frontend
