//===- hyper_connection.cpp - Mixing parallel residual streams --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/groups.h"

namespace landfall::frontend {
namespace {

/// Operand `gates` of streams [..., C, H] as [..., C, H or 1].
Tensor gates_of(const Node &node, Tensor gates, Tensor streams,
                const std::string &name) {
  Builder &b = node.b();
  int rank = streams.rank();
  Shape shape = sublist(streams.shape(), 0, rank - 1);
  if (gates.rank() == rank - 1) {
    // [..., C], or [..., C * H] beside flattened streams.
    bool per_branch = !node.has_attr("num_branches") ||
                      known_equal(gates.dim(-1), streams.dim(-2));
    shape.push_back(per_branch
                        ? Size(1)
                        : floordiv(gates.dim(-1), max(streams.dim(-2), 1)));
    gates = b.reshape(gates, shape);
  }
  node.expect(gates.rank() == rank, name + " does not fit the streams");
  for (int d = 0; d + 1 < rank; ++d)
    require_equal(b, gates.dim(d), streams.dim(d),
                  name + " does not fit the streams");
  require_equal(b, broadcast(streams.dim(-1), gates.dim(-1)), streams.dim(-1),
                name + " does not fit the features");
  return gates;
}

/// Inside a body: the gate of (leading indices..., branch, feature).
Scalar gate_at(Tensor gates, Tensor streams, std::span<const Scalar> point) {
  Builder &b = gates.builder();
  Scalar feature =
      broadcast_index(b, gates.dim(-1), streams.dim(-1), point.back());
  return widen(gates.at(replaced(point, gates.rank() - 1, feature)));
}

// Y[..., h] = reduction_scale * sum over c of streams[..., c, h] * pre_mix
void pre_mix(Node &node) {
  Builder &b = node.b();
  Tensor x = in_branches(node, node.input(0, "streams"), "streams");
  Tensor gates = gates_of(node, node.input(1, "pre_mix"), x, "pre_mix");
  double factor = node.float_attr("reduction_scale", 1);
  Shape shape = removed(x.shape(), x.rank() - 2);
  node.output(b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    Scalar total =
        sum(b, {x.dim(-2)}, DType::f32, [&](std::span<const Scalar> c) {
          Scalars at = inserted(p, x.rank() - 2, c[0]);
          return widen(x.at(at)) * gate_at(gates, x, at);
        });
    return convert(total * factor, x.dtype());
  }));
}

/// sum over c of mix[..., c, k] * streams[..., c, h] at the point (..., k, h).
Scalar mixed(Tensor x, Tensor mix, std::span<const Scalar> p) {
  if (!mix)
    return widen(x.at(p));
  int branch = x.rank() - 2;
  return sum(x.builder(), {x.dim(branch)}, DType::f32,
             [&](std::span<const Scalar> c) {
               Scalars at = replaced(p, branch, c[0]), from_to = at;
               from_to.back() = p[branch];
               return widen(x.at(at)) * widen(mix.at(from_to));
             });
}

// Y[..., k, h] = sum over c of stream_mix[..., c, k] * streams[..., c, h] +
// post_mix * block_output[..., h]; without stream_mix the streams themselves
void post_mix(Node &node) {
  Builder &b = node.b();
  Tensor given = node.input(0, "streams");
  Tensor x = in_branches(node, given, "streams");
  int rank = x.rank();
  Tensor block = node.input(1, "block_output", rank - 1);
  Tensor gates = gates_of(node, node.input(2, "post_mix"), x, "post_mix");
  Tensor mix = node.optional_input(3, "stream_mix", rank);
  for (int d = 0; d < rank - 2; ++d)
    for (Tensor other : {block, mix})
      if (other)
        require_equal(b, other.dim(d), x.dim(d),
                      "the operands differ in a leading dimension");
  require_equal(b, block.dim(-1), x.dim(-1),
                "block_output does not have the streams' features");
  for (int d : {rank - 2, rank - 1})
    if (mix)
      require_equal(b, mix.dim(d), x.dim(-2), "stream_mix must be square");
  Tensor y = b.map(x.shape(), x.dtype(), [&](std::span<const Scalar> p) {
    Scalar fresh = widen(block.at(removed(p, rank - 2)));
    return convert(mixed(x, mix, p) + gate_at(gates, x, p) * fresh, x.dtype());
  });
  node.output(b.reshape(y, given.shape()));
}

} // namespace

LANDFALL_ONNX(hyper_connection,
              {"HyperConnectionPreMix", 1, pre_mix, "com.microsoft"},
              {"HyperConnectionPostMix", 1, post_mix, "com.microsoft"})

} // namespace landfall::frontend
