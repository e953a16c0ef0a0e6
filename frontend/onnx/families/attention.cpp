//===- attention.cpp - The steps of scaled dot-product attention ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/attention.h"
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

Heads heads_of_4d(Tensor x) {
  return {x.dim(0),
          x.dim(1),
          x.dim(2),
          x.dim(3),
          x.dtype(),
          [x](Scalar b, Scalar h, Scalar s, Scalar d) {
            return x.at({b, h, s, d});
          }};
}

Heads heads_of_3d(Builder &b, Tensor x, int64_t heads) {
  if (heads <= 0 || x.rank() != 3)
    throw BuildError(ErrorCode::invalid_model,
                     "packed heads need a tensor of rank 3 and a positive "
                     "number of heads");
  require_equal(b, mod(x.dim(2), heads), 0,
                "the hidden size is not a multiple of the number of heads");
  Size features = floordiv(x.dim(2), heads);
  Tensor split = b.reshape(x, {x.dim(0), x.dim(1), heads, features});
  return {x.dim(0),
          heads,
          x.dim(1),
          features,
          x.dtype(),
          [split](Scalar b, Scalar h, Scalar s, Scalar d) {
            return split.at({b, s, h, d});
          }};
}

Heads heads_of_tokens(Tensor x) {
  return {x.dim(0),
          x.dim(2),
          x.dim(1),
          x.dim(3),
          x.dtype(),
          [x](Scalar b, Scalar h, Scalar s, Scalar d) {
            return x.at({b, s, h, d});
          }};
}

/// The cache's extents but for its length are those of what it is given.
static void require_fits(Builder &b, Tensor past, const Heads &fresh) {
  for (auto [axis, extent] :
       {std::pair(0, fresh.batch), std::pair(1, fresh.heads),
        std::pair(3, fresh.features)})
    require_equal(b, past.dim(axis), extent,
                  "a cache has other extents than what is appended to it");
}

Tensor store_in_cache(Builder &b, Tensor past, const Heads &fresh,
                      Size before) {
  require_fits(b, past, fresh);
  b.require(1 - less(before, 0), "a cache cannot hold less than no tokens");
  b.require(1 - less(past.dim(2), before + fresh.length),
            "the cache has no room for the new tokens");
  return b.map(past.shape(), fresh.dtype, [&](std::span<const Scalar> p) {
    Scalar position = p[2] - b.scalar(before);
    Scalar is_new =
        logical_and(position >= 0, position < b.scalar(fresh.length));
    return b.branch(
        is_new, [&] { return Scalars{fresh.at(p[0], p[1], position, p[3])}; },
        [&] { return Scalars{convert(past.at(p), fresh.dtype)}; })[0];
  });
}

Tensor append_to_cache(Builder &b, Tensor past, const Heads &fresh) {
  Size before = past.dim(2);
  require_fits(b, past, fresh);
  Shape shape = {fresh.batch, fresh.heads, before + fresh.length,
                 fresh.features};
  return b.map(shape, fresh.dtype, [&](std::span<const Scalar> p) {
    Scalar limit = b.scalar(before);
    Scalar old = p[2] < limit;
    return b.branch(
        old, [&] { return Scalars{convert(past.at(p), fresh.dtype)}; },
        [&] { return Scalars{fresh.at(p[0], p[1], p[2] - limit, p[3])}; })[0];
  });
}

Tensor materialize(Builder &b, const Heads &x) {
  Shape shape = {x.batch, x.heads, x.length, x.features};
  return b.map(shape, x.dtype, [&](std::span<const Scalar> p) {
    return x.at(p[0], p[1], p[2], p[3]);
  });
}

namespace {

/// How query heads share key heads: as points (batch, key head, member of the
/// group, ...) where they do, else (batch, head, ...).
struct Grouping {
  Builder &b;
  Size members;

  Grouping(Builder &b, Size query_heads, Size key_heads)
      : b(b), members(floordiv(query_heads, key_heads)) {
    require_equal(b, members * key_heads, query_heads,
                  "the query heads are not a multiple of the key heads");
  }
  bool shared() const { return members != Size(1); }
  size_t lead() const { return shared() ? 3 : 2; }
  Shape shape(Size batch, Size key_heads, Size rows, Size columns) const {
    if (shared())
      return {batch, key_heads, members, rows, columns};
    return {batch, key_heads, rows, columns};
  }
  Scalar query_head(std::span<const Scalar> p) const {
    return shared() ? p[1] * b.scalar(members) + p[2] : p[1];
  }
};

} // namespace

Tensor attention_scores(Builder &b, const Heads &q, const Heads &k,
                        DType result, const ScoreBody &finish) {
  require_equal(b, q.features, k.features,
                "queries and keys have different head sizes");
  require_equal(b, q.batch, k.batch, "queries and keys differ in batch");
  Grouping group(b, q.heads, k.heads);
  Contraction c;
  c.shape = group.shape(q.batch, k.heads, q.length, k.length);
  c.reduce = {q.features};
  c.accumulator = compute_type(q.dtype);
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> d) {
    auto at = p.subspan(group.lead());
    return std::pair(
        convert(q.at(p[0], group.query_head(p), at[0], d[0]), c.accumulator),
        convert(k.at(p[0], p[1], at[1], d[0]), c.accumulator));
  };
  c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    auto at = p.subspan(group.lead());
    Scalar point[] = {p[0], group.query_head(p), at[0], at[1]};
    return convert(finish(point, sum), result);
  };
  Tensor scores = b.contract(c);
  if (!group.shared())
    return scores;
  return b.reshape(scores, {q.batch, q.heads, q.length, k.length});
}

Tensor attention_softmax(Builder &b, Tensor scores, DType precision,
                         DType result, const BiasBody &bias,
                         const BiasBody &sink) {
  Size keys = scores.dim(3);
  DType compute = compute_type(precision);
  Shape row = {keys};
  auto score = [&](std::span<const Scalar> p, Scalar t) {
    Scalar x = scores.at({p[0], p[1], p[2], t});
    return convert(convert(x, precision), compute);
  };
  return b.map(scores.shape(), result, [&](std::span<const Scalar> p) {
    Scalar top = max_of(b, row, compute, [&](std::span<const Scalar> t) {
      return score(p, t[0]);
    });
    Scalar sunk = sink ? convert(sink(p), compute) : Scalar();
    if (sunk)
      top = maximum(top, sunk);
    // An all -inf row would subtract infinities.
    Scalar empty = top == lowest(b, compute);
    Scalar zero = b.literal(compute, 0);
    Scalar offset = select(empty, zero, top);
    Scalar total = sum(b, row, compute, [&](std::span<const Scalar> t) {
      return exp(score(p, t[0]) - offset);
    });
    if (sunk)
      total = total + exp(sunk - offset);
    if (bias) {
      Scalar open = max_of(b, row, compute, [&](std::span<const Scalar> t) {
        Scalar at[] = {p[0], p[1], p[2], t[0]};
        return convert(bias(at), compute);
      });
      empty = logical_or(empty, open == lowest(b, compute));
    }
    // What the whole row shares stands apart from what an element decides.
    Scalar shift = score(p, p[3]) - offset;
    Scalar share = select(empty, b.literal(compute, 1), total);
    Scalar value = exp(select(empty, lowest(b, compute), shift)) / share;
    return convert(convert(value, precision), result);
  });
}

Tensor attention_values(Builder &b, Tensor probabilities, const Heads &v,
                        DType result) {
  Size query_heads = probabilities.dim(1), rows = probabilities.dim(2);
  require_equal(b, probabilities.dim(3), v.length,
                "keys and values differ in length");
  require_equal(b, probabilities.dim(0), v.batch,
                "queries and values differ in batch");
  Grouping group(b, query_heads, v.heads);
  Contraction c;
  c.shape = group.shape(v.batch, v.heads, rows, v.features);
  c.reduce = {v.length};
  c.accumulator = compute_type(v.dtype);
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> t) {
    auto at = p.subspan(group.lead());
    Scalar weight = probabilities.at({p[0], group.query_head(p), at[0], t[0]});
    return std::pair(convert(weight, c.accumulator),
                     convert(v.at(p[0], p[1], t[0], at[1]), c.accumulator));
  };
  c.epilogue = [&](std::span<const Scalar>, Scalar sum) {
    return convert(sum, result);
  };
  Tensor y = b.contract(c);
  if (!group.shared())
    return y;
  return b.reshape(y, {v.batch, query_heads, rows, v.features});
}

Tensor merge_heads(Builder &b, Tensor x) {
  Shape shape = {x.dim(0), x.dim(2), x.dim(1), x.dim(3)};
  Tensor swapped = b.map(shape, x.dtype(), [&](std::span<const Scalar> p) {
    return x.at({p[0], p[2], p[1], p[3]});
  });
  return b.reshape(swapped, {x.dim(0), x.dim(2), x.dim(1) * x.dim(3)});
}

} // namespace landfall::frontend
