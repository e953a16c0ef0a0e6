//===- projected_attention.cpp - Attention and QAttention -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/projected_attention.h"

#include "frontend/onnx/families/score_offsets.h"
#include "frontend/onnx/support/loose_flags.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

namespace {

/// Columns [start, start + heads * features) of the projection, by head.
Heads columns(Builder &b, Tensor projection, Size start, Size heads,
              Size features) {
  return {projection.dim(0),
          heads,
          projection.dim(1),
          features,
          projection.dtype(),
          [=, &b](Scalar batch, Scalar head, Scalar s, Scalar d) {
            Scalar column = head * b.scalar(features) + d;
            if (start != Size(0))
              column = column + b.scalar(start);
            return projection.at({batch, s, column});
          }};
}

/// [2, B, N, length, H]: `past` with keys and values from `before` on.
Tensor present_of(Builder &b, Tensor past, const Heads &k, const Heads &v,
                  Size before, Size length) {
  Shape shape = {2, k.batch, k.heads, length, k.features};
  return b.map(shape, k.dtype, [&](std::span<const Scalar> p) {
    Scalar position = p[3];
    auto fresh = [&] {
      return b.branch(
          p[0] == 0, [&] { return Scalars{k.at(p[1], p[2], position, p[4])}; },
          [&] { return Scalars{v.at(p[1], p[2], position, p[4])}; });
    };
    if (!past)
      return fresh()[0];
    position = position - b.scalar(before);
    Scalar is_new = position >= 0;
    if (length != before + k.length)
      is_new = logical_and(is_new, position < b.scalar(k.length));
    return b.branch(is_new, fresh, [&] { return Scalars{past.at(p)}; })[0];
  });
}

/// The first `length` keys (`which` 0) or values (1) of present.
Heads unstacked(Builder &b, Tensor present, int which, const Heads &like,
                Size length) {
  Heads heads = like;
  heads.length = length;
  heads.at = [=, &b](Scalar batch, Scalar head, Scalar t, Scalar d) {
    return present.at({b.index(which), batch, head, t, d});
  };
  return heads;
}

/// Columns of Q, K and V.
Shape hidden_sizes(const Node &node, Tensor projection) {
  Size third = floordiv(projection.dim(2), 3);
  Shape sizes = {third, third, third};
  if (node.has_attr("qkv_hidden_sizes")) {
    std::vector<int64_t> given = node.ints_attr("qkv_hidden_sizes");
    node.expect(given.size() == 3, "qkv_hidden_sizes needs three values");
    sizes.assign(given.begin(), given.end());
  }
  require_equal(node.b(), sizes[0] + sizes[1] + sizes[2], projection.dim(2),
                "the weights' columns are not those of Q, K and V");
  return sizes;
}

/// How many tokens `past` holds, and how many `present` has room for.
std::pair<Size, Size> lengths(const Node &node, const ProjectedAttention &a,
                              const Heads &fresh) {
  if (!a.past)
    return {0, fresh.length};
  Builder &b = node.b();
  node.expect(a.past.rank() == 5, "past must have rank 5");
  Size extents[] = {2, fresh.batch, fresh.heads, a.past.dim(3), fresh.features};
  for (int axis = 0; axis < 5; ++axis)
    require_equal(b, a.past.dim(axis), extents[axis],
                  "past must have the extents of the keys and values");
  if (!a.past_length)
    return {a.past.dim(3), a.past.dim(3) + fresh.length};
  Size before =
      b.read_required(one_element(node, a.past_length), 0, {0, INT32_MAX},
                      "past_sequence_length must not be negative");
  b.require(1 - less(a.past.dim(3), before + fresh.length),
            "past has no room for the new tokens");
  return {before, a.past.dim(3)};
}

} // namespace

void projected_attention(Node &node, const ProjectedAttention &a) {
  Builder &b = node.b();
  if (flag_if_one(node, "do_rotary", false))
    node.unsupported(node.type() + " with do_rotary");
  int64_t heads = node.int_attr("num_heads");
  node.expect(heads > 0, "num_heads must be positive");
  Shape sizes = hidden_sizes(node, a.projection);
  auto part = [&](int which, Size start) {
    return columns(b, a.projection, start, heads,
                   floordiv(sizes[which], heads));
  };
  Heads q = part(0, 0), k = part(1, sizes[0]), v = part(2, sizes[0] + sizes[1]);
  auto [before, room] = lengths(node, a, k);
  Size total = before + k.length;
  if (node.wants_output(1) || a.past) {
    require_equal(b, k.features, v.features,
                  "present needs keys and values of the same size");
    Tensor present = present_of(b, a.past, k, v, before, room);
    if (node.wants_output(1))
      node.output(1, present);
    k = unstacked(b, present, 0, k, total);
    v = unstacked(b, present, 1, v, total);
  }
  ScoreOffsets offsets(node, a.mask, a.bias, q, k, before,
                       flag_if_one(node, "unidirectional", false));
  node.output(0, attend(node, q, k, v, offsets));
}

} // namespace landfall::frontend
