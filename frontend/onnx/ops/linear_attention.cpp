//===- linear_attention.cpp - ONNX LinearAttention ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Per head, a state S [dk, dv] is carried along the sequence:
//   gated rules:  S = exp(decay_t) * S           (by head or by row of S)
//   delta rules:  v_t = beta_t * (v_t - S^T k_t)
//   S = S + k_t v_t^T
//   o_t = scale * S^T q_t
// Query heads share a head of keys, or in ONNX Runtime's operator such heads a
// query head. That one's states may have a leading dimension, state_window: the
// states after each of the last tokens, of which the last is continued.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/linear_attention.h"

namespace landfall::frontend {

namespace {

/// The operands and the attributes, checked.
struct Operands {
  Builder &b;
  Heads q, k, v;
  Tensor past, decay, beta; ///< May be absent.
  Size decay_span;          ///< Values of decay a head: 1, or one a row of S.
  Size group;               ///< Query heads to a head of keys.
  Size sharing;             ///< Heads of keys to a query head.
  int64_t
      window; ///< Extent of the states' leading dimension; 0: there is none.

  void check_shapes(Shape state) const;
  LinearAttention recurrence(double scale) const;
  Tensor start(const Shape &state) const;
};

LinearAttention Operands::recurrence(double scale) const {
  using Place = LinearAttention::Place;
  LinearAttention a{b, q, k, v, {}, {}, scale, group, true, {}, {}};
  a.query_head = [*this](Scalar head, Scalar member) {
    return head / b.scalar(sharing) * b.scalar(group) + member;
  };
  if (decay)
    a.decay = [*this](const Place &p, Scalar row) {
      Scalar column = p.head * b.scalar(decay_span) +
                      broadcast_index(b, decay_span, k.features, row);
      return exp(convert(decay.at({p.sequence, p.token, column}), DType::f32));
    };
  if (beta)
    a.beta = [*this](const Place &p) {
      Scalar head = broadcast_index(b, beta.dim(2), k.heads, p.head);
      return convert(beta.at({p.sequence, p.token, head}), DType::f32);
    };
  a.output_at = [](const Place &p, Scalar head) {
    return Scalars{p.sequence, p.token, head, p.column};
  };
  return a;
}

/// Keeps the column of S as it is after a token, if that is one of the last.
void keep(const LinearAttention &a, int64_t window,
          std::span<const Buffer> results, const LinearAttention::Place &p) {
  Builder &b = a.b;
  Scalar slot = p.token - b.scalar(a.k.length) + double(window);
  auto copy = [&] {
    b.fold({a.k.features}, {},
           [&](std::span<const Scalar> row, std::span<const Scalar>) {
             Scalars at = a.state_at(p, row[0]);
             results[2].store(joined({{slot}}, at), results[1].at(at));
             return Scalars{};
           });
    return Scalars{};
  };
  b.branch(slot >= 0, copy, [] { return Scalars{}; });
}

/// The state before the first token, f32.
Tensor Operands::start(const Shape &state) const {
  return b.map(state, DType::f32, [&](std::span<const Scalar> p) {
    if (!past)
      return b.literal(DType::f32, 0);
    Scalars at(p.begin(), p.end());
    if (window > 0)
      at.insert(at.begin(), b.index(window - 1));
    return convert(past.at(at), DType::f32);
  });
}

void Operands::check_shapes(Shape state) const {
  for (const Heads *other : {&k, &v}) {
    require_equal(b, other->batch, q.batch, "the operands differ in batch");
    require_equal(b, other->length, q.length, "the operands differ in length");
  }
  require_equal(b, k.features, q.features,
                "queries and keys have different head sizes");
  for (Tensor row : {decay, beta})
    for (auto [axis, extent] : {std::pair(0, q.batch), {1, q.length}})
      if (row)
        require_equal(b, row.dim(axis), extent,
                      "decay or beta differ from query in batch or length");
  if (beta)
    require_equal(b, (beta.dim(2) - 1) * (beta.dim(2) - k.heads), 0,
                  "beta has one value, or one a head");
  if (window > 0)
    state.insert(state.begin(), Size(window));
  for (int axis = 0; past && axis < past.rank(); ++axis)
    require_equal(b, past.dim(axis), state[axis],
                  "past_state must be [batch, heads, key size, value size]");
}

} // namespace

static void linear_attention(Node &node) {
  Builder &b = node.b();
  int64_t q_heads = node.int_attr("q_num_heads");
  int64_t kv_heads = node.int_attr("kv_num_heads");
  node.expect(kv_heads > 0 && q_heads > 0 &&
                  (q_heads % kv_heads == 0 || kv_heads % q_heads == 0),
              "one of q_num_heads and kv_num_heads must be a multiple of the "
              "other");
  int window = node.count(node.int_attr("state_window", 0), "state_window", 0,
                          INT32_MAX);
  std::string rule = node.string_attr("update_rule", "gated_delta");
  bool gated = rule == "gated" || rule == "gated_delta";
  bool delta = rule == "delta" || rule == "gated_delta";
  node.expect(gated || delta || rule == "linear",
              "update_rule \"" + rule + "\" is not known");
  Operands a{b,
             heads_of_3d(b, node.input(0, "query"), q_heads),
             heads_of_3d(b, node.input(1, "key"), kv_heads),
             heads_of_3d(b, node.input(2, "value"), kv_heads),
             node.optional_input(3, "past_state", window > 0 ? 5 : 4),
             gated ? node.input(4, "decay", 3) : Tensor(),
             delta ? node.input(5, "beta", 3) : Tensor(),
             1,
             std::max<int64_t>(q_heads / kv_heads, 1),
             std::max<int64_t>(kv_heads / q_heads, 1),
             window};
  if (gated) {
    Size span = floordiv(a.decay.dim(2), kv_heads);
    require_equal(b, span * kv_heads, a.decay.dim(2),
                  "decay's columns are not a multiple of kv_num_heads");
    require_equal(b, (span - 1) * (span - a.k.features), 0,
                  "decay has one value a head or a row of each head's state");
    a.decay_span = span;
  }

  LinearAttention recurrence = a.recurrence(node.float_attr("scale", 0));
  Shape state = recurrence.state_shape();
  a.check_shapes(state);
  Size heads = a.k.heads * a.group;
  Shape output = {a.q.batch, a.q.length, heads, a.v.features};
  std::vector<LoopsResult> results = {{a.q.dtype, output, {}},
                                      {DType::f32, state, a.start(state)}};
  if (window > 0) {
    Shape windows = inserted(state, 0, Size(window));
    Tensor none = b.map(windows, DType::f32, [&](std::span<const Scalar>) {
      return b.literal(DType::f32, 0);
    });
    results.push_back({DType::f32, windows, none});
    recurrence.observe = [&](std::span<const Buffer> buffers,
                             const LinearAttention::Place &place, Scalar) {
      keep(recurrence, window, buffers, place);
    };
  }
  Tensors done = recurrence.run(results);
  node.output(
      0, b.reshape(done[0], {a.q.batch, a.q.length, a.v.features * heads}));
  DType kept = a.past ? a.past.dtype() : a.q.dtype;
  node.output(1, b.elementwise({done.back()}, [&](std::span<const Scalar> e) {
    return convert(e[0], kept);
  }));
}

LANDFALL_ONNX(linear_attention, {"LinearAttention", 27, linear_attention},
              {"LinearAttention", 1, linear_attention, "com.microsoft"})

} // namespace landfall::frontend
