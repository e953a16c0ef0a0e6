//===- paged_attention.cpp - ONNX Runtime's PagedAttention ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Attention of B sequences whose new tokens [T, hidden] stand one after
// another: those of sequence b from cumulative_sequence_length[b] on. Keys and
// values lie in caches [blocks, block size, heads, features]: token t of
// sequence b in row t mod block size of block block_table[b, t / block size]
// (-1: nowhere; it is not seen). New ones are stored first: there, or in row
// slot_mapping[token] of all blocks (-1: not at all). The rest is as in
// GroupQueryAttention.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/normalize.h"
#include "frontend/onnx/families/packed_sequences.h"
#include "frontend/onnx/families/rotation.h"
#include "frontend/onnx/families/score_offsets.h"
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

class PagedAttention {
public:
  explicit PagedAttention(Node &node);
  void run();

private:
  void refuse_other_caches() const;
  void bind_tokens();
  void bind_sequences();
  Size longest(const std::function<Scalar(Scalar sequence)> &length) const;
  Scalar start(Scalar sequence) const { return sequences_.start(sequence); }
  Scalar past(Scalar sequence) const { return past_.at({sequence}); }
  Scalar fresh(Scalar sequence) const { return sequences_.length(sequence); }
  Scalar slot(Scalar sequence, Scalar position) const;
  Tensor slots() const;
  Tensor normalized(Tensor x, int position, std::string_view name) const;
  Tensor rotated(Tensor x) const;
  Tensor stored(Tensor cache, Tensor fresh) const;
  Heads queries() const;
  Heads cached(Tensor cache) const;
  Scalar visible(std::span<const Scalar> point) const;
  Tensor shares(const Heads &q, const Heads &k) const;

  Node &node_;
  Builder &b_;
  Size heads_, kv_heads_;
  Tensor q_, k_, v_; ///< [T, heads, features]
  Tensor key_cache_, value_cache_;
  PackedSequences sequences_;
  Tensor past_;       ///< [B] i64
  Tensor table_;      ///< [B, blocks of a sequence] i64; -1: none.
  Size batch_, rows_; ///< Rows of all blocks.
  Tensor places_;     ///< [T] i64: a token's position in its sequence.
};

PagedAttention::PagedAttention(Node &node)
    : node_(node), b_(node.b()), heads_(node.int_attr("num_heads")),
      kv_heads_(node.int_attr("kv_num_heads")),
      key_cache_(node.input(3, "key_cache", 4)) {
  node.expect(known_ge(heads_, 1) && known_ge(kv_heads_, 1),
              "num_heads and kv_num_heads must be positive");
  refuse_other_caches();
  value_cache_ = node.input(4, "value_cache", 4);
  require_same_shape(node, key_cache_, value_cache_,
                     "key_cache and value_cache");
  bind_tokens();
  bind_sequences();
}

void PagedAttention::refuse_other_caches() const {
  for (std::string_view part : {"k", "v"}) {
    std::string type(part);
    if (node_.string_attr(type + "_quant_type", "NONE") != "NONE" ||
        !is_real(key_cache_.dtype()))
      node_.unsupported("PagedAttention with a quantised cache");
  }
  if (node_.string_attr("kv_cache_layout", "SEPARATE") != "SEPARATE" ||
      node_.int_attr("rotary_offset", 0) != 0 ||
      node_.int_attr("v_head_size", 0) != 0)
    node_.unsupported("PagedAttention with a latent cache");
}

void PagedAttention::bind_tokens() {
  Tensor query = node_.input(0, "query", 2);
  auto split = [&](Tensor x, Size heads) {
    require_equal(b_, mod(x.dim(1), heads), 0,
                  "the hidden size is not a multiple of the number of heads");
    return b_.reshape(x, {x.dim(0), heads, floordiv(x.dim(1), heads)});
  };
  if (node_.has_input(1)) {
    q_ = split(query, heads_);
    k_ = split(node_.input(1, "key", 2), kv_heads_);
    v_ = split(node_.input(2, "value", 2), kv_heads_);
  } else {
    Tensor all = split(query, heads_ + kv_heads_ * 2);
    q_ = slice_along(all, 1, 0, heads_);
    k_ = slice_along(all, 1, heads_, kv_heads_);
    v_ = slice_along(all, 1, heads_ + kv_heads_, kv_heads_);
  }
  require_same_shape(node_, k_, v_, "key and value");
  for (int axis : {0, 2})
    require_equal(b_, q_.dim(axis), k_.dim(axis),
                  "query and key differ in tokens or head size");
  for (int axis : {1, 2})
    require_equal(b_, key_cache_.dim(axis + 1), k_.dim(axis),
                  "key_cache differs from key in heads or head size");
}

/// What the operands say of where tokens are is checked here, so that no index
/// made of it leaves its operand.
void PagedAttention::bind_sequences() {
  rows_ = key_cache_.dim(0) * key_cache_.dim(1);
  b_.require(less(0, rows_), "PagedAttention needs a cache");
  sequences_ = sequences_ending_at(
      node_, node_.input(5, "cumulative_sequence_length", 1),
      "cumulative_sequence_length", q_.dim(0));
  batch_ = sequences_.batch;
  table_ = node_.input(7, "block_table", 2);
  require_equal(b_, table_.dim(0), batch_, "block_table differs in batch");
  past_ =
      checked_lengths(node_, node_.input(6, "past_seqlens", 1), "past_seqlens",
                      batch_, table_.dim(1) * key_cache_.dim(1));
  places_ = b_.map(sequences_.owners.shape(), DType::i64, [&](auto p) {
    Scalar own = sequences_.owners.at(p);
    return p[0] - start(own) + past(own);
  });
}

/// The largest of the sequences' lengths.
Size PagedAttention::longest(
    const std::function<Scalar(Scalar sequence)> &length) const {
  Tensor most = b_.map({}, DType::i64, [&](std::span<const Scalar>) {
    return b_.fold({batch_}, {b_.index(0)},
                   [&](std::span<const Scalar> s, std::span<const Scalar> m) {
                     return Scalars{maximum(m[0], length(s[0]))};
                   })[0];
  });
  return b_.read(most, 0, {0, INT32_MAX});
}

/// The row of all blocks that holds this position; -1: none.
Scalar PagedAttention::slot(Scalar sequence, Scalar position) const {
  Scalar size = b_.scalar(key_cache_.dim(1));
  Scalar blocks = b_.scalar(key_cache_.dim(0)), page = position / size;
  Scalar at[] = {sequence, page};
  Scalar block = cast(table_.at_or(at, page < b_.scalar(table_.dim(1)),
                                   b_.literal_int(table_.dtype(), -1)),
                      DType::i64);
  Scalar mapped = logical_and(block >= 0, block < blocks);
  return select(mapped, block * size + position % size, b_.index(-1));
}

/// [T] i64: the row that each new token is stored in; -1: none.
Tensor PagedAttention::slots() const {
  Tensor given = node_.optional_input(10, "slot_mapping", 1);
  if (given)
    require_list(node_, given, "slot_mapping", q_.dim(0));
  return b_.map({q_.dim(0)}, DType::i64, [&](std::span<const Scalar> p) {
    if (!given)
      return slot(sequences_.owners.at(p), places_.at(p));
    Scalar row = cast(given.at(p), DType::i64);
    Scalar inside = logical_and(row >= 0, row < b_.scalar(rows_));
    return select(inside, row, b_.index(-1));
  });
}

Tensor PagedAttention::normalized(Tensor x, int position,
                                  std::string_view name) const {
  Tensor weight = node_.optional_input(position, name, 1);
  if (!weight)
    return x;
  require_list(node_, weight, name, x.dim(2));
  return rms_normalize_rows(
      Rows::from_axis(x, 2), node_.float_attr("qk_norm_epsilon", 1e-6f),
      [=](std::span<const Scalar> p) { return weight.at({p[2]}); }, x.dtype());
}

Tensor PagedAttention::rotated(Tensor x) const {
  Tensor cosine = node_.input(8, "cos_cache", 2);
  Tensor sine = node_.input(9, "sin_cache", 2);
  require_same_shape(node_, cosine, sine, "cos_cache and sin_cache");
  Size rows = cosine.dim(0), turned = cosine.dim(1) * 2;
  b_.require(1 - less(x.dim(2), turned),
             "the caches are wider than half a head");
  Tensor row =
      CheckedIndex(node_, places_, {&rows, 1}, CheckedIndex::Negative::refused)
          .tensor();
  auto from = [row](Tensor cache) {
    return [=](Scalar token, Scalar, Scalar pair) {
      return cache.at({row.at({token}), pair});
    };
  };
  Shape shape = {x.dim(0), 1, x.dim(1), x.dim(2)};
  Tensor y = rotate(b_, {b_.reshape(x, shape), false,
                         node_.flag_attr("rotary_interleaved", false), turned,
                         from(cosine), from(sine)});
  return b_.reshape(y, x.shape());
}

/// `cache` with the tokens [T, heads, features] in their rows. One after the
/// other, as two may have one row.
Tensor PagedAttention::stored(Tensor cache, Tensor fresh) const {
  Tensor rows = slots();
  Shape flat = {rows_, cache.dim(2), cache.dim(3)};
  LoopsResult result{cache.dtype(), flat, b_.reshape(cache, flat)};
  Tensor all = b_.loops(
      {flat[1], flat[2]}, {&result, 1},
      [&](std::span<const Scalar> p, std::span<const Buffer> out) {
        b_.fold({fresh.dim(0)}, {},
                [&](std::span<const Scalar> t, std::span<const Scalar>) {
                  Scalar row = rows.at({t[0]});
                  b_.branch(
                      row >= 0,
                      [&] {
                        out[0].store({row, p[0], p[1]},
                                     convert(fresh.at({t[0], p[0], p[1]}),
                                             cache.dtype()));
                        return Scalars();
                      },
                      [] { return Scalars(); });
                  return Scalars();
                });
      })[0];
  return b_.reshape(all, cache.shape());
}

/// By sequence; what is behind its new tokens is 0.
Heads PagedAttention::queries() const {
  Tensor q = q_;
  return {batch_,
          heads_,
          longest([&](Scalar s) { return fresh(s); }),
          q.dim(2),
          q.dtype(),
          [=, this](Scalar sequence, Scalar head, Scalar s, Scalar d) {
            Scalar at[] = {start(sequence) + s, head, d};
            return q.at_or(at, s < fresh(sequence), b_.literal(q.dtype(), 0));
          }};
}

Heads PagedAttention::cached(Tensor cache) const {
  Tensor rows = b_.reshape(cache, {rows_, cache.dim(2), cache.dim(3)});
  auto length = [&](Scalar s) { return past(s) + fresh(s); };
  return {batch_,
          kv_heads_,
          longest(length),
          cache.dim(3),
          cache.dtype(),
          [=, this](Scalar sequence, Scalar head, Scalar t, Scalar d) {
            Scalar row = slot(sequence, t);
            Scalar at[] = {row, head, d};
            return rows.at_or(at, row >= 0, b_.literal(rows.dtype(), 0));
          }};
}

/// Whether the query at (sequence, head, query, key) sees the key.
Scalar PagedAttention::visible(std::span<const Scalar> p) const {
  Scalar here = past(p[0]) + p[2], end = past(p[0]) + fresh(p[0]);
  bool causal = node_.flag_attr("is_causal", true);
  Scalar seen = causal ? p[3] <= here : p[3] < end;
  if (int64_t window = node_.int_attr("local_window_size", -1); window >= 0)
    seen = logical_and(seen, here - p[3] < double(window));
  return logical_and(seen, slot(p[0], p[3]) >= 0);
}

Tensor PagedAttention::shares(const Heads &q, const Heads &k) const {
  DType compute = compute_type(q.dtype);
  double cap = node_.float_attr("softcap", 0);
  Tensor scores = attention_scores(
      b_, q, k, compute, [&](std::span<const Scalar> p, Scalar x) {
        Scalar score = scaled_score(node_, x, q.features);
        if (cap > 0)
          score = tanh(score / cap) * cap;
        return select(visible(p), score, lowest(b_, compute));
      });
  BiasBody sink;
  if (Tensor sinks = node_.optional_input(11, "head_sink", 1)) {
    require_list(node_, sinks, "head_sink", heads_);
    sink = [=](std::span<const Scalar> p) { return sinks.at({p[1]}); };
  }
  return attention_softmax(b_, scores, compute, q.dtype, {}, sink);
}

void PagedAttention::run() {
  q_ = normalized(q_, 12, "q_norm_weight");
  k_ = normalized(k_, 13, "k_norm_weight");
  if (node_.flag_attr("do_rotary", false)) {
    q_ = rotated(q_);
    k_ = rotated(k_);
  }
  Tensor keys = stored(key_cache_, k_), values = stored(value_cache_, v_);
  Heads q = queries(), k = cached(keys), v = cached(values);
  v.length = k.length;
  Tensor y = attention_values(b_, shares(q, k), v, q_.dtype());
  Tensor tokens = b_.map(q_.shape(), q_.dtype(), [&](auto p) {
    Scalar own = sequences_.owners.at({p[0]}), s = p[0] - start(own);
    Scalar at[] = {own, p[1], s, p[2]};
    return y.at_or(at, s < b_.scalar(q.length), b_.literal(q_.dtype(), 0));
  });
  node_.output(0, b_.reshape(tokens, {q_.dim(0), q_.dim(1) * q_.dim(2)}));
  if (node_.wants_output(1))
    node_.output(1, keys);
  if (node_.wants_output(2))
    node_.output(2, values);
}

void paged_attention(Node &node) { PagedAttention(node).run(); }

} // namespace

LANDFALL_ONNX(paged_attention,
              {"PagedAttention", 1, paged_attention, "com.microsoft"})

} // namespace landfall::frontend
