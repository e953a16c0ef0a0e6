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

#include "frontend/onnx/families/grouped_heads.h"
#include "frontend/onnx/families/packed_sequences.h"
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
  Tensor prepared(Tensor x, int weight, std::string_view name) const;
  Tensor stored(Tensor cache, Tensor fresh) const;
  Heads queries() const;
  Heads cached(Tensor cache) const;
  Scalar visible(std::span<const Scalar> point) const;
  Tensor shares(const Heads &q, const Heads &k) const;

  Node &node_;
  Builder &b_;
  Size heads_, kv_heads_;
  GroupedHeads new_; ///< [T, heads, features]
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
  new_ = grouped_heads(node_, heads_, kv_heads_, 2);
  for (int axis : {1, 2})
    require_equal(b_, key_cache_.dim(axis + 1), new_.k.dim(axis),
                  "key_cache differs from key in heads or head size");
}

/// What the operands say of where tokens are is checked here, so that no index
/// made of it leaves its operand.
void PagedAttention::bind_sequences() {
  rows_ = key_cache_.dim(0) * key_cache_.dim(1);
  b_.require(less(0, rows_), "PagedAttention needs a cache");
  sequences_ = sequences_ending_at(
      node_, node_.input(5, "cumulative_sequence_length", 1),
      "cumulative_sequence_length", new_.q.dim(0));
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
    require_list(node_, given, "slot_mapping", new_.q.dim(0));
  return b_.map({new_.q.dim(0)}, DType::i64, [&](std::span<const Scalar> p) {
    if (!given)
      return slot(sequences_.owners.at(p), places_.at(p));
    Scalar row = cast(given.at(p), DType::i64);
    Scalar inside = logical_and(row >= 0, row < b_.scalar(rows_));
    return select(inside, row, b_.index(-1));
  });
}

/// x [T, heads, features], normalised if the operand `weight` is there, and
/// turned if the node does so.
Tensor PagedAttention::prepared(Tensor x, int weight,
                                std::string_view name) const {
  Tensor y = normalized_heads(node_, x, node_.optional_input(weight, name, 1),
                              name, node_.float_attr("qk_norm_epsilon", 1e-6f));
  if (!node_.flag_attr("do_rotary", false))
    return y;
  Size tokens = x.dim(0);
  Shape as_batch = {tokens, 1, x.dim(1), x.dim(2)};
  Tensor turned = rotated_heads(node_, b_.reshape(y, as_batch),
                                b_.reshape(places_, {tokens, 1}), 8, 9);
  return b_.reshape(turned, x.shape());
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
  Tensor q = new_.q;
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
  Tensor scores = attention_scores(
      b_, q, k, compute, [&](std::span<const Scalar> p, Scalar x) {
        return select(visible(p), capped_score(node_, x, q.features),
                      lowest(b_, compute));
      });
  BiasBody sink;
  if (Tensor sinks = node_.optional_input(11, "head_sink", 1))
    sink = head_sink(node_, sinks, heads_);
  return attention_softmax(b_, scores, compute, q.dtype, {}, sink);
}

void PagedAttention::run() {
  new_.q = prepared(new_.q, 12, "q_norm_weight");
  new_.k = prepared(new_.k, 13, "k_norm_weight");
  Tensor keys = stored(key_cache_, new_.k);
  Tensor values = stored(value_cache_, new_.v);
  Heads q = queries(), k = cached(keys), v = cached(values);
  v.length = k.length;
  Tensor y = attention_values(b_, shares(q, k), v, new_.q.dtype());
  Tensor tokens = b_.map(new_.q.shape(), new_.q.dtype(), [&](auto p) {
    Scalar own = sequences_.owners.at({p[0]}), s = p[0] - start(own);
    Scalar at[] = {own, p[1], s, p[2]};
    return y.at_or(at, s < b_.scalar(q.length), b_.literal(new_.q.dtype(), 0));
  });
  node_.output(
      0, b_.reshape(tokens, {new_.q.dim(0), new_.q.dim(1) * new_.q.dim(2)}));
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
