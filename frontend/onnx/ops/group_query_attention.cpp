//===- group_query_attention.cpp - ONNX Runtime's GroupQueryAttention -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Attention over a cache in which groups of query heads share a key head.
// After this step sequence b has seqlens_k[b] + 1 tokens, the last S of which
// are new; in the first step, which S = total_sequence_length tells, all are,
// and what exceeds them is padding. Queries and keys are turned by position
// (do_rotary); scores are scaled, capped and biased; a query sees the keys up
// to itself (causal), or the last of them (local_window_size). The softmax has
// one more score: 0 (smooth_softmax) or the head's (head_sink).
//
// SparseAttention: the same with block_row_indices [L, R + 1] and
// block_col_indices [L, most], which list for each row of blocks of
// sparse_block_size tokens the blocks of keys that its queries see. Head h has
// layout h mod L.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/grouped_heads.h"
#include "frontend/onnx/families/score_offsets.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

/// Where an operator has its operands; -1: it has none of this name.
struct Positions {
  int lengths, total_length, cosine, sine, position_ids, bias, sink, counts,
      q_norm, k_norm, block_rows, block_columns;
  int64_t surplus; ///< What `lengths` are less than the tokens of a sequence.
};

class GroupQuery {
public:
  GroupQuery(Node &node, const Positions &at);
  void run();

private:
  Tensor optional(int position, std::string_view name, int rank) const;
  void bind_lengths();
  void bind_blocks();
  Tensor normalized(Tensor x, int weight, std::string_view name,
                    std::string_view epsilon) const;
  Tensor positions() const;
  Tensor present(int position, Tensor past, Tensor fresh) const;
  Heads keys_of(Tensor present) const;
  Scalar visible(std::span<const Scalar> point) const;
  Scalar finished(std::span<const Scalar> point, Scalar score) const;
  BiasBody sink() const;

  Node &node_;
  const Positions at_;
  Builder &b_;
  Size heads_, kv_heads_;
  GroupedHeads new_;             ///< [B, S, heads, features]
  Tensor past_key_, past_value_; ///< [B, heads, C, features]
  Tensor before_; ///< [B]: the cached tokens of each sequence, i64.
  Tensor bias_;   ///< attention_bias
  Tensor blocks_; ///< [L, R, R] bool: the blocks that are seen, or absent.
  Size total_;    ///< The longest sequence after this step.
  bool causal_;
  int64_t window_; ///< How many keys a query sees; -1: all.
};

GroupQuery::GroupQuery(Node &node, const Positions &at)
    : node_(node), at_(at), b_(node.b()), heads_(node.int_attr("num_heads")),
      kv_heads_(node.int_attr("kv_num_heads")),
      new_(grouped_heads(node, heads_, kv_heads_, 3)),
      past_key_(node.optional_input(3, "past_key", 4)),
      past_value_(node.optional_input(4, "past_value", 4)),
      bias_(optional(at.bias, "attention_bias", 4)),
      causal_(node.flag_attr("causal", true)),
      window_(node.int_attr("local_window_size", -1)) {
  node.expect(bool(past_key_) == bool(past_value_),
              "past_key and past_value belong together");
  bool scales = at.sink >= 0 && (node.has_input(12) || node.has_input(13));
  if (scales || node.string_attr("k_quant_type", "NONE") != "NONE" ||
      node.string_attr("v_quant_type", "NONE") != "NONE")
    node.unsupported("GroupQueryAttention with a quantised cache");
  if (node.flag_attr("sliding_window_cache", false))
    node.unsupported("GroupQueryAttention with sliding_window_cache");
  bind_lengths();
  bind_blocks();
}

Tensor GroupQuery::optional(int position, std::string_view name,
                            int rank) const {
  return position < 0 ? Tensor() : node_.optional_input(position, name, rank);
}

/// The lengths before this step, which must fit the cache.
void GroupQuery::bind_lengths() {
  total_ = b_.read_required(
      one_element(node_,
                  node_.input(at_.total_length, "total_sequence_length")),
      0, {1, INT32_MAX}, "total_sequence_length must be positive");
  Size batch = new_.q.dim(0), length = new_.q.dim(1);
  Tensor last = node_.input(at_.lengths, "the lengths of sequences");
  require_equal(b_, last.element_count(), batch,
                "the lengths need one number a sequence");
  last = b_.reshape(last, {batch});
  Tensor counts = optional(at_.counts, "query_seqlens", 1);
  if (counts)
    counts = checked_lengths(node_, counts, "query_seqlens", batch, length);
  Size capacity = past_key_ ? past_key_.dim(2) : 0;
  LoopsResult result{DType::i64, {batch}, {}};
  before_ = b_.loops(
      {batch}, {&result, 1},
      [&](std::span<const Scalar> at, std::span<const Buffer> results) {
        Scalar after = cast(last.at(at), DType::i64) + double(at_.surplus);
        b_.check(logical_and(after >= 1, after <= b_.scalar(total_)),
                 node_.type() + " met a sequence of a length outside [1, " +
                     total_.str() + "]",
                 "length", after);
        Scalar fresh = counts ? counts.at(at) : b_.scalar(length);
        Scalar cached = maximum(after - fresh, 0);
        if (!counts)
          cached = select(b_.scalar(equal(length, total_)) == 1, b_.index(0),
                          cached);
        b_.check(cached <= b_.scalar(capacity),
                 node_.type() + " continues more tokens than past_key has",
                 "tokens", cached);
        results[0].store(at, cached);
      })[0];
}

void GroupQuery::bind_blocks() {
  if (at_.block_rows < 0)
    return;
  int64_t size = node_.int_attr("sparse_block_size");
  node_.expect(size > 0, "sparse_block_size must be positive");
  Tensor rows = node_.input(at_.block_rows, "block_row_indices", 2);
  Tensor columns = node_.input(at_.block_columns, "block_col_indices", 2);
  Size layouts = rows.dim(0), count = rows.dim(1) - 1, most = columns.dim(1);
  require_equal(b_, columns.dim(0), layouts,
                "block_row_indices and block_col_indices differ in layouts");
  b_.require(less(0, layouts) * less(total_ - 1, count * size),
             "the layout of blocks is shorter than total_sequence_length");
  Shape shape = {layouts, count, count};
  blocks_ = b_.map(shape, DType::boolean, [&](std::span<const Scalar> p) {
    auto end = [&](Scalar row) {
      return clamp(cast(rows.at({p[0], row}), DType::i64), b_.index(0),
                   b_.scalar(most));
    };
    Scalar found =
        b_.fold_to(end(p[1]), end(p[1] + 1), {b_.literal_int(DType::i32, 0)},
                   [&](Scalar j, std::span<const Scalar> so_far) {
                     Scalar same =
                         cast(columns.at({p[0], j}), DType::i64) == p[2];
                     return Scalars{maximum(so_far[0], cast(same, DType::i32))};
                   })[0];
    return found != 0;
  });
}

/// x, normalised if the operand `weight` is there.
Tensor GroupQuery::normalized(Tensor x, int weight, std::string_view name,
                              std::string_view epsilon) const {
  double least =
      node_.float_attr(epsilon, node_.float_attr("qk_norm_epsilon", 1e-6f));
  return normalized_heads(node_, x, optional(weight, name, 1), name, least);
}

/// [B, S]: the position of each new token.
Tensor GroupQuery::positions() const {
  Tensor given = optional(at_.position_ids, "position_ids", 2);
  Shape shape = {new_.q.dim(0), new_.q.dim(1)};
  if (!given)
    return b_.map(shape, DType::i64, [&](std::span<const Scalar> p) {
      return before_.at({p[0]}) + p[1];
    });
  for (int axis : {0, 1})
    require_equal(b_, given.dim(axis), shape[axis],
                  "position_ids must have the batch and length of query");
  return given;
}

/// [B, heads, max(C, total), features]: `past` with the new tokens behind its
/// `before_` ones, bound to output `position` if that is wanted.
Tensor GroupQuery::present(int position, Tensor past, Tensor fresh) const {
  Size capacity = past ? past.dim(2) : 0;
  if (past)
    for (auto [axis, extent] :
         {std::pair(0, fresh.dim(0)), std::pair(1, fresh.dim(2)),
          std::pair(3, fresh.dim(3))})
      require_equal(b_, past.dim(axis), extent,
                    "the cache differs from the keys in an extent");
  Shape shape = {fresh.dim(0), fresh.dim(2), max(capacity, total_),
                 fresh.dim(3)};
  Tensor all = b_.map(shape, fresh.dtype(), [&](std::span<const Scalar> p) {
    Scalar zero = b_.literal(fresh.dtype(), 0);
    Scalar place = p[2] - before_.at({p[0]});
    Scalar is_new = logical_and(place >= 0, place < b_.scalar(fresh.dim(1)));
    Scalar token[] = {p[0], place, p[1], p[3]};
    Scalar added = fresh.at_or(token, is_new, zero);
    if (!past)
      return added;
    Scalar is_old = p[2] < b_.scalar(capacity);
    return select(is_new, added, past.at_or(p, is_old, zero));
  });
  if (node_.wants_output(position))
    node_.output(position, all);
  return all;
}

Heads GroupQuery::keys_of(Tensor present) const {
  Heads heads = heads_of_4d(present);
  heads.length = total_;
  return heads;
}

/// Whether the query at the point sees the key.
Scalar GroupQuery::visible(std::span<const Scalar> p) const {
  Scalar before = before_.at({p[0]});
  if (!causal_)
    return p[3] < before + b_.scalar(new_.q.dim(1));
  Scalar here = before + p[2];
  Scalar seen = p[3] <= here;
  if (window_ >= 0)
    seen = logical_and(seen, here - p[3] < double(window_));
  if (blocks_) {
    double size = double(node_.int_attr("sparse_block_size"));
    Scalar limit = b_.scalar(blocks_.dim(1)) - 1, zero = b_.index(0);
    seen = logical_and(seen, blocks_.at({p[1] % b_.scalar(blocks_.dim(0)),
                                         clamp(here / size, zero, limit),
                                         clamp(p[3] / size, zero, limit)}));
  }
  return seen;
}

/// A score, scaled, capped and biased.
Scalar GroupQuery::finished(std::span<const Scalar> p, Scalar score) const {
  score = capped_score(node_, score, new_.q.dim(3));
  if (bias_)
    score =
        score +
        convert(attention_bias_at(
                    bias_, {new_.q.dim(0), heads_, new_.q.dim(1), total_}, p),
                score.dtype());
  return score;
}

BiasBody GroupQuery::sink() const {
  Tensor sinks = optional(at_.sink, "head_sink", 1);
  if (sinks)
    return head_sink(node_, sinks, heads_);
  if (node_.int_attr("smooth_softmax", -1) != 1)
    return {};
  return [this](std::span<const Scalar>) { return b_.literal(DType::f32, 0); };
}

void GroupQuery::run() {
  DType type = new_.q.dtype(), compute = compute_type(type);
  new_.q = normalized(new_.q, at_.q_norm, "q_norm_weight", "q_norm_epsilon");
  new_.k = normalized(new_.k, at_.k_norm, "k_norm_weight", "k_norm_epsilon");
  if (node_.flag_attr("do_rotary", false)) {
    Tensor places = positions();
    for (Tensor *x : {&new_.q, &new_.k})
      *x = rotated_heads(node_, *x, places, at_.cosine, at_.sine);
  }
  Heads q = heads_of_tokens(new_.q);
  Heads k = keys_of(present(1, past_key_, new_.k));
  Heads v = keys_of(present(2, past_value_, new_.v));
  Tensor scores = attention_scores(
      b_, q, k, compute, [&](std::span<const Scalar> p, Scalar x) {
        Scalar score = finished(p, x);
        return select(visible(p), score, lowest(b_, compute));
      });
  Tensor weights = attention_softmax(b_, scores, compute, type, {}, sink());
  if (node_.wants_output(3))
    node_.output(3, node_.int_attr("qk_output", 0) == 1
                        ? b_.elementwise({scores},
                                         [&](std::span<const Scalar> e) {
                                           return convert(e[0], type);
                                         })
                        : weights);
  node_.output(0, merge_heads(b_, attention_values(b_, weights, v, type)));
}

} // namespace

static void group_query_attention(Node &node) {
  GroupQuery(node, {5, 6, 7, 8, 9, 10, 11, 16, 14, 15, -1, -1, 1}).run();
}

static void sparse_attention(Node &node) {
  GroupQuery(node, {8, 7, 9, 10, -1, -1, -1, -1, -1, -1, 5, 6, 0}).run();
}

LANDFALL_ONNX(group_query_attention,
              {"GroupQueryAttention", 1, group_query_attention,
               "com.microsoft"},
              {"SparseAttention", 1, sparse_attention, "com.microsoft"})

} // namespace landfall::frontend
