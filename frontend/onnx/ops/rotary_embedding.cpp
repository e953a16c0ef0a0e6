//===- rotary_embedding.cpp - ONNX RotaryEmbedding ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Pairs of features of each head turn by an angle that depends on the position
// of the token: y1 = cos * x1 - sin * x2, y2 = sin * x1 + cos * x2. The caches
// hold cos and sin by position id, or by batch and position without ids.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/rotation.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

namespace {

/// X as [B, S, H, D] (rank 3) or [B, H, S, D] (rank 4).
Tensor split_heads(const Node &node, Tensor x, Size heads) {
  if (x.rank() == 4)
    return x;
  node.expect(x.rank() == 3, "the input must have rank 3 or 4");
  return node.b().reshape(
      x, {x.dim(0), x.dim(1), heads, floordiv(x.dim(2), heads)});
}

Size rotated_features(const Node &node, Tensor x) {
  int64_t given = node.int_attr("rotary_embedding_dim", 0);
  if (!given)
    return x.dim(3);
  node.b().require(1 - less(x.dim(3), given),
                   "rotary_embedding_dim exceeds the features of a head");
  return given;
}

/// The rows of the caches as a tensor [batch or 1, length]: given, or counted
/// from the only given one on.
Tensor cache_rows(Node &node, Tensor ids, Tensor cache, Size batch,
                  Size length) {
  Builder &b = node.b();
  node.expect(ids.rank() == 1 || ids.rank() == 2,
              "position_ids must have rank 1 or 2");
  if (ids.rank() == 1)
    ids = b.map({1, length}, DType::i64, [&](std::span<const Scalar> p) {
      return cast(ids.at({b.index(0)}), DType::i64) + p[1];
    });
  b.require(max(equal(ids.dim(0), 1), equal(ids.dim(0), batch)),
            "position_ids must have the batch of the input, or 1");
  require_equal(b, ids.dim(1), length,
                "position_ids must have the length of the input");
  Size rows = cache.dim(0);
  return CheckedIndex(node, ids, {&rows, 1}, CheckedIndex::Negative::refused)
      .tensor();
}

/// cache[rows[batch, position], pair]
auto by_id(Builder &b, Tensor cache, Tensor rows) {
  return [&b, cache, rows](Scalar batch, Scalar position, Scalar pair) {
    Scalar first = broadcast_index(b, rows.dim(0), Size(0), batch);
    return cache.at({rows.at({first, position}), pair});
  };
}

auto by_position(Tensor cache) {
  return [cache](Scalar batch, Scalar position, Scalar pair) {
    return cache.at({batch, position, pair});
  };
}

} // namespace

static void rotary_embedding(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  Tensor cosine = node.input(1, "cos_cache"), sine = node.input(2, "sin_cache");
  Tensor ids = node.optional_input(3, "position_ids", 2);
  int64_t heads = x.rank() == 3 ? node.int_attr("num_heads") : 1;
  node.expect(heads > 0, "num_heads must be positive");
  Tensor split = split_heads(node, x, heads);
  Rotation r{split,
             x.rank() == 4,
             flag_if_one(node, "interleaved", false),
             rotated_features(node, split),
             {},
             {}};
  node.expect(cosine.rank() == (ids ? 2 : 3) && sine.rank() == cosine.rank(),
              "the caches have rank 2 with position_ids, 3 without");
  for (Tensor cache : {cosine, sine})
    require_equal(b, cache.dim(-1) * 2, r.rotated,
                  "the caches must hold half the rotated features");
  require_equal(b, cosine.dim(0), sine.dim(0), "the caches must be alike");
  Size length = split.dim(r.heads_first ? 2 : 1);
  if (ids) {
    require_equal(b, ids.dim(0), split.dim(0),
                  "position_ids need the batch of the input");
    Tensor rows = cache_rows(node, ids, cosine, split.dim(0), length);
    r.cosine = by_id(b, cosine, rows);
    r.sine = by_id(b, sine, rows);
  } else {
    for (Tensor cache : {cosine, sine}) {
      require_equal(b, cache.dim(0), split.dim(0),
                    "the caches need the batch of the input");
      require_equal(b, cache.dim(1), length,
                    "the caches need the length of the input");
    }
    r.cosine = by_position(cosine);
    r.sine = by_position(sine);
  }
  node.output(b.reshape(rotate(b, r), x.shape()));
}

/// ONNX Runtime's: the caches by id; one id is the first token's.
static void rotary_embedding_microsoft(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input");
  Tensor ids = node.input(1, "position_ids");
  Tensor cosine = node.input(2, "cos_cache", 2);
  Tensor sine = node.input(3, "sin_cache", 2);
  int64_t heads = node.int_attr("num_heads", 0);
  node.expect(heads >= 0, "num_heads must not be negative");
  int64_t given = node.int_attr("rotary_embedding_dim", 0);
  Size count = heads;
  if (heads == 0 && x.rank() == 3) {
    node.expect(given == 0, "rotary_embedding_dim needs num_heads");
    count = floordiv(x.dim(2), cosine.dim(1) * 2);
  }
  if (node.flag_attr("is_packed_batching", false))
    node.unsupported("packed batching is not supported");
  Tensor split = split_heads(node, x, count);
  require_equal(b, cosine.dim(0), sine.dim(0), "the caches must be alike");
  Tensor rows = cache_rows(node, ids, cosine, split.dim(0),
                           split.dim(x.rank() == 4 ? 2 : 1));
  Rotation r{split,
             x.rank() == 4,
             flag_if_one(node, "interleaved", false),
             rotated_features(node, split),
             by_id(b, cosine, rows),
             by_id(b, sine, rows)};
  for (Tensor cache : {cosine, sine})
    b.require(1 - less(cache.dim(1) * 2, r.rotated),
              "the caches must hold half the rotated features");
  node.output(b.reshape(rotate(b, r), x.shape()));
}

/// Which of the three streams of positions serves a pair: sections one after
/// another or, interleaved, every third pair of the first two sections' length.
static Scalar stream_of(const Node &node, Scalar pair) {
  std::vector<int64_t> section = node.ints_attr("mrope_section");
  auto number = [&](int64_t stream) { return node.b().index(stream); };
  if (!node.flag_attr("mrope_layout", false))
    return select(
        pair < double(section[0]), number(0),
        select(pair < double(section[0] + section[1]), number(1), number(2)));
  auto serves = [&](int stream) {
    return logical_and(pair % 3 == stream, pair < double(section[stream] * 3));
  };
  return select(serves(1), number(1), select(serves(2), number(2), number(0)));
}

/// Three positions a token (time, height, width), of which each pair of
/// features has one.
static void multimodal_rotary_embedding(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "input"), ids = node.input(1, "position_ids", 3);
  Tensor cosine = node.input(2, "cos_cache", 2);
  Tensor sine = node.input(3, "sin_cache", 2);
  int64_t heads = node.int_attr("num_heads", 0);
  node.expect(heads > 0 || x.rank() == 4, "num_heads must be positive");
  if (node.flag_attr("is_packed_batching", false) ||
      node.float_attr("scale", 1) != 1)
    node.unsupported("packed batching, or a scale other than 1");
  std::vector<int64_t> section = node.ints_attr("mrope_section");
  node.expect(section.size() == 3 && section[0] >= 0 && section[1] >= 0 &&
                  section[2] >= 0,
              "mrope_section needs three numbers of at least 0");
  Tensor split = split_heads(node, x, heads);
  Rotation r{split,
             x.rank() == 4,
             flag_if_one(node, "interleaved", false),
             rotated_features(node, split),
             {},
             {}};
  Size total = section[0] + section[1] + section[2];
  require_equal(b, total * 2, r.rotated,
                "mrope_section must sum to half the rotated features");
  for (Tensor cache : {cosine, sine})
    require_equal(b, cache.dim(1), total,
                  "the caches must hold half the rotated features");
  require_equal(b, cosine.dim(0), sine.dim(0), "the caches must be alike");
  require_equal(b, ids.dim(0), 3, "position_ids need three streams");
  require_equal(b, ids.dim(1), split.dim(0),
                "position_ids need the batch of the input");
  require_equal(b, ids.dim(2), split.dim(r.heads_first ? 2 : 1),
                "position_ids must have the length of the input");
  Size rows = cosine.dim(0);
  CheckedIndex position(node, ids, {&rows, 1}, CheckedIndex::Negative::refused);
  auto cached = [&](Tensor cache) {
    return [&, cache](Scalar batch, Scalar token, Scalar pair) {
      Scalar stream = stream_of(node, pair);
      return cache.at({position.at(std::array{stream, batch, token}), pair});
    };
  };
  r.cosine = cached(cosine);
  r.sine = cached(sine);
  node.output(b.reshape(rotate(b, r), x.shape()));
}

LANDFALL_ONNX(rotary_embedding, {"RotaryEmbedding", 23, rotary_embedding},
              {"RotaryEmbedding", 1, rotary_embedding_microsoft,
               "com.microsoft"},
              {"MRotaryEmbedding", 1, multimodal_rotary_embedding,
               "com.microsoft"})

} // namespace landfall::frontend
