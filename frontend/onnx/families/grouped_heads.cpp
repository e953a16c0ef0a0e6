//===- grouped_heads.cpp - Heads of attention over a cache ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/grouped_heads.h"

#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/families/rotation.h"
#include "frontend/onnx/families/score_offsets.h"
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/loose_flags.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

/// x [..., heads * features] as [..., heads, features].
Tensor split_heads(Tensor x, Size heads) {
  Size hidden = x.dim(x.rank() - 1);
  require_equal(x.builder(), mod(hidden, heads), 0,
                "the hidden size is not a multiple of the number of heads");
  Shape shape = x.shape();
  shape.back() = heads;
  shape.push_back(floordiv(hidden, heads));
  return x.builder().reshape(x, shape);
}

} // namespace

GroupedHeads grouped_heads(const Node &node, Size heads, Size kv_heads,
                           int rank) {
  node.expect(known_ge(heads, 1) && known_ge(kv_heads, 1),
              "num_heads and kv_num_heads must be positive");
  Tensor query = node.input(0, "query", rank);
  int axis = rank - 1;
  GroupedHeads result;
  if (node.has_input(1)) {
    result = {split_heads(query, heads),
              split_heads(node.input(1, "key", rank), kv_heads),
              split_heads(node.input(2, "value", rank), kv_heads)};
  } else {
    Tensor all = split_heads(query, heads + kv_heads * 2);
    result = {slice_along(all, axis, 0, heads),
              slice_along(all, axis, heads, kv_heads),
              slice_along(all, axis, heads + kv_heads, kv_heads)};
  }
  require_same_shape(node, result.k, result.v, "key and value");
  for (int d = 0; d <= rank; ++d)
    if (d != axis)
      require_equal(node.b(), result.q.dim(d), result.k.dim(d),
                    "query and key differ in tokens or head size");
  return result;
}

Tensor normalized_heads(const Node &node, Tensor x, Tensor weight,
                        std::string_view name, double epsilon) {
  if (!weight)
    return x;
  int last = x.rank() - 1;
  require_list(node, weight, name, x.dim(last));
  return rms_normalize_rows(
      Rows::from_axis(x, last), epsilon,
      [=](std::span<const Scalar> p) { return weight.at({p.back()}); },
      x.dtype());
}

Tensor rotated_heads(const Node &node, Tensor x, Tensor positions, int cosine,
                     int sine) {
  Builder &b = node.b();
  Tensor cosines = node.input(cosine, "cos_cache", 2);
  Tensor sines = node.input(sine, "sin_cache", 2);
  require_same_shape(node, cosines, sines, "cos_cache and sin_cache");
  Size rows = cosines.dim(0), turned = cosines.dim(1) * 2;
  b.require(1 - less(x.dim(3), turned),
            "the caches are wider than half a head");
  CheckedIndex row(node, positions, {&rows, 1},
                   CheckedIndex::Negative::refused);
  auto from = [row = row.tensor()](Tensor cache) {
    return [=](Scalar batch, Scalar position, Scalar pair) {
      return cache.at({row.at({batch, position}), pair});
    };
  };
  bool interleaved = flag_if_one(node, "rotary_interleaved", false);
  return rotate(b, {x, false, interleaved, turned, from(cosines), from(sines)});
}

BiasBody head_sink(const Node &node, Tensor sinks, Size heads) {
  require_list(node, sinks, "head_sink", heads);
  return [=](std::span<const Scalar> p) { return sinks.at({p[1]}); };
}

Scalar capped_score(const Node &node, Scalar score, Size features) {
  double cap = node.float_attr("softcap", 0);
  Scalar scaled = scaled_score(node, score, features);
  return cap > 0 ? tanh(scaled / cap) * cap : scaled;
}

} // namespace landfall::frontend
