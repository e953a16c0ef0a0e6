//===- relative_position_bias.cpp - ONNX Runtime's T5 and WavLM biases ----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// RelativePositionBias: output[0, n, q, k] = bias_table of head n at the bucket
// of the distance k - q: half of the buckets for a distance each, the others
// growing with its logarithm up to max_distance (Raffel et al., T5). Half of
// all are for keys behind the query if is_bidirectional.
//
// GatedRelativePositionBias: output = (u (r eco_a - 1) + 2) * rel_pos, where u
// and r are the sigmoids of the sums of either half of (query + query_bias) *
// weight + bias of a head (Chen et al., WavLM).
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/attention.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

#include <cmath>

namespace landfall::frontend {

namespace {

/// Inside a body: the bucket (i64) of a distance, from 0 to count - 1.
Scalar bucket_of(Scalar distance, Size count, bool both_sides, double most) {
  Builder &b = distance.builder();
  Scalar first = b.index(0);
  if (both_sides) {
    count = floordiv(count, 2);
    first = select(distance > 0, b.scalar(count), first);
    distance = abs(distance);
  } else {
    distance = maximum(-distance, 0);
  }
  Size exact = floordiv(count, 2);
  Scalar small = b.scalar(exact);
  auto real = [](Scalar x) { return cast(x, DType::f32); };
  Scalar steps = log(real(maximum(distance, 1.0)) / real(small)) /
                 log(most / real(small)) * real(b.scalar(count - exact));
  Scalar large = minimum(small + cast(steps, DType::i64), b.scalar(count - 1));
  return first + select(distance < small, distance, large);
}

void relative_position_bias(Node &node) {
  Builder &b = node.b();
  Tensor table = node.input(0, "bias_table", 2);
  Size buckets = table.dim(0), heads = table.dim(1);
  // The extents are those of a table that lies transposed in memory.
  table = b.reshape(table, {heads, buckets});
  bool both_sides = node.flag_attr("is_bidirectional", false);
  int64_t least = both_sides ? 4 : 2;
  b.require(1 - less(buckets, least), "bias_table has too few buckets");
  double most = double(node.int_attr("max_distance"));
  auto length = [&](int position, const char *name) {
    return b.read_required(one_element(node, node.input(position, name)), 0,
                           {0, INT32_MAX},
                           std::string(name) + " must not be negative");
  };
  Shape shape = {1, heads, length(1, "query_length"), length(2, "key_length")};
  node.output(b.map(shape, table.dtype(), [&](std::span<const Scalar> p) {
    Scalar bucket = bucket_of(p[3] - p[2], buckets, both_sides, most);
    return table.at({p[1], clamp(bucket, b.index(0), b.scalar(buckets - 1))});
  }));
}

void gated_relative_position_bias(Node &node) {
  Builder &b = node.b();
  if (node.has_input(6))
    node.unsupported("GatedRelativePositionBias of packed tokens");
  Heads query = heads_of_3d(b, node.input(0, "query_layer", 3),
                            node.int_attr("num_heads"));
  Tensor query_bias = node.input(1, "query_bias");
  Tensor rel_pos = node.input(2, "rel_pos", 4),
         weight = node.input(3, "weight", 2);
  Tensor bias = node.input(4, "bias"), eco_a = node.input(5, "eco_a", 4);
  require_list(node, query_bias, "query_bias", query.heads * query.features);
  require_list(node, bias, "bias", weight.dim(1));
  require_equal(b, weight.dim(0), query.features,
                "weight's rows are not the features of a head");
  require_equal(b, mod(weight.dim(1), 2), 0, "weight needs two halves");
  require_equal(b, eco_a.dim(1), query.heads, "eco_a needs a value a head");
  DType type = compute_type(query.dtype);
  Contraction c;
  c.shape = {query.batch, query.heads, query.length, weight.dim(1)};
  c.reduce = {query.features};
  c.accumulator = type;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    Scalar column = p[1] * b.scalar(query.features) + k[0];
    Scalar q = convert(query.at(p[0], p[1], p[2], k[0]), type) +
               convert(query_bias.at({column}), type);
    return std::pair(q, convert(weight.at({k[0], p[3]}), type));
  };
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    return sum + convert(bias.at({p[3]}), type);
  };
  Tensor gates = b.contract(c);
  Size half = floordiv(weight.dim(1), 2);
  Shape rows = {query.batch, query.heads, query.length};
  Tensor factor = b.map(rows, type, [&](std::span<const Scalar> p) {
    auto gate = [&](Size start) {
      return sigmoid(sum(b, {half}, type, [&](std::span<const Scalar> j) {
        return gates.at({p[0], p[1], p[2], j[0] + b.scalar(start)});
      }));
    };
    Scalar zero = b.index(0);
    Scalar a = convert(eco_a.at({zero, p[1], zero, zero}), type);
    return gate(0) * (gate(half) * a - 1.0) + 2.0;
  });
  Shape shape = {query.batch, query.heads, rel_pos.dim(2), rel_pos.dim(3)};
  require_equal(b, rel_pos.dim(2), query.length, "rel_pos has another length");
  require_equal(b, rel_pos.dim(1), query.heads, "rel_pos has other heads");
  node.output(b.map(shape, query.dtype, [&](std::span<const Scalar> p) {
    Scalar place = convert(rel_pos.at({b.index(0), p[1], p[2], p[3]}), type);
    return convert(factor.at({p[0], p[1], p[2]}) * place, query.dtype);
  }));
}

} // namespace

LANDFALL_ONNX(relative_position_bias,
              {"RelativePositionBias", 1, relative_position_bias,
               "com.microsoft"},
              {"GatedRelativePositionBias", 1, gated_relative_position_bias,
               "com.microsoft"})

} // namespace landfall::frontend
