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
// The columns of S are independent of each other, so each runs on its own.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/attention.h"

#include <cmath>

namespace landfall::frontend {

namespace {

struct LinearAttention {
  Builder &b;
  Heads q, k, v;
  Tensor past, decay, beta;
  Size decay_span; ///< Values of decay a head: 1, or one a row of S.
  double scale;    ///< 0: by head size.
  Size group;      ///< Query heads to a head of keys.
  Size sharing;    ///< Heads of keys to a query head.
  int64_t window;  ///< Extent of the leading dimension; 0: there is none.

  Scalar f32(Scalar x) const { return convert(x, DType::f32); }

  Scalar decay_at(Scalar batch, Scalar t, Scalar head, Scalar row) const {
    Scalar column = head * b.scalar(decay_span) +
                    broadcast_index(b, decay_span, k.features, row);
    return exp(f32(decay.at({batch, t, column})));
  }

  Scalar beta_at(Scalar batch, Scalar t, Scalar head) const {
    return f32(
        beta.at({batch, t, broadcast_index(b, beta.dim(2), k.heads, head)}));
  }

  Scalar scaled(Scalar x) const {
    if (scale != 0)
      return x * scale;
    return x / sqrt(cast(b.scalar(k.features), DType::f32));
  }

  /// Decays column `c` of S and returns (S^T k_t)[c].
  Scalar decay_and_recall(const Buffer &state, Scalar batch, Scalar head,
                          Scalar c, Scalar t) const {
    return b.fold(
        {k.features}, {b.literal(DType::f32, 0)},
        [&](std::span<const Scalar> row, std::span<const Scalar> recalled) {
          Scalar s = state.at({batch, head, row[0], c});
          if (decay) {
            s = s * decay_at(batch, t, head, row[0]);
            state.store({batch, head, row[0], c}, s);
          }
          Scalar key = f32(k.at(batch, head, t, row[0]));
          return Scalars{recalled[0] + s * key};
        })[0];
  }

  void write(const Buffer &state, Scalar batch, Scalar head, Scalar c, Scalar t,
             Scalar value) const {
    b.fold({k.features}, {},
           [&](std::span<const Scalar> row, std::span<const Scalar>) {
             Scalar key = f32(k.at(batch, head, t, row[0]));
             Scalar s = state.at({batch, head, row[0], c});
             state.store({batch, head, row[0], c}, s + key * value);
             return Scalars{};
           });
  }

  void read(const Buffer &state, const Buffer &output, Scalar batch,
            Scalar head, Scalar c, Scalar t) const {
    b.fold({group}, {},
           [&](std::span<const Scalar> member, std::span<const Scalar>) {
             Scalar result_head = head * b.scalar(group) + member[0];
             Scalar query_head =
                 head / b.scalar(sharing) * b.scalar(group) + member[0];
             Scalar total = sum(
                 b, {k.features}, DType::f32, [&](std::span<const Scalar> row) {
                   return f32(q.at(batch, query_head, t, row[0])) *
                          state.at({batch, head, row[0], c});
                 });
             output.store({batch, t, result_head, c},
                          convert(scaled(total), q.dtype));
             return Scalars{};
           });
  }

  /// Keeps column `c` of S as it is after token t, if that is one of the last.
  void keep(const Buffer &state, const Buffer &kept, Scalar batch, Scalar head,
            Scalar c, Scalar t) const {
    Scalar slot = t - b.scalar(q.length) + double(window);
    auto copy = [&] {
      b.fold({k.features}, {},
             [&](std::span<const Scalar> row, std::span<const Scalar>) {
               kept.store({slot, batch, head, row[0], c},
                          state.at({batch, head, row[0], c}));
               return Scalars{};
             });
      return Scalars{};
    };
    b.branch(slot >= 0, copy, [] { return Scalars{}; });
  }

  /// The state before the first token, f32.
  Tensor start(const Shape &state) const {
    return b.map(state, DType::f32, [&](std::span<const Scalar> p) {
      if (!past)
        return b.literal(DType::f32, 0);
      Scalars at(p.begin(), p.end());
      if (window > 0)
        at.insert(at.begin(), b.index(window - 1));
      return f32(past.at(at));
    });
  }

  void check_shapes(Shape state) const {
    for (const Heads *other : {&k, &v}) {
      require_equal(b, other->batch, q.batch, "the operands differ in batch");
      require_equal(b, other->length, q.length,
                    "the operands differ in length");
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

  /// Into buffers of the output, the state and, if there is a window, what it
  /// keeps.
  void run(std::span<const Scalar> p, std::span<const Buffer> buffers) const {
    const Buffer &output = buffers[0], &state = buffers[1];
    b.fold({q.length}, {},
           [&](std::span<const Scalar> t, std::span<const Scalar>) {
             Scalar value = f32(v.at(p[0], p[1], t[0], p[2]));
             Scalar recalled;
             if (decay || beta)
               recalled = decay_and_recall(state, p[0], p[1], p[2], t[0]);
             if (beta)
               value = beta_at(p[0], t[0], p[1]) * (value - recalled);
             write(state, p[0], p[1], p[2], t[0], value);
             read(state, output, p[0], p[1], p[2], t[0]);
             if (window > 0)
               keep(state, buffers[2], p[0], p[1], p[2], t[0]);
             return Scalars{};
           });
  }
};

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
  LinearAttention a{b,
                    heads_of_3d(b, node.input(0, "query"), q_heads),
                    heads_of_3d(b, node.input(1, "key"), kv_heads),
                    heads_of_3d(b, node.input(2, "value"), kv_heads),
                    node.optional_input(3, "past_state", window > 0 ? 5 : 4),
                    gated ? node.input(4, "decay", 3) : Tensor(),
                    delta ? node.input(5, "beta", 3) : Tensor(),
                    1,
                    node.float_attr("scale", 0),
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

  Shape state = {a.q.batch, a.k.heads, a.k.features, a.v.features};
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
  }
  Tensors done =
      b.loops({a.q.batch, a.k.heads, a.v.features}, results,
              [&](std::span<const Scalar> p, std::span<const Buffer> buffers) {
                a.run(p, buffers);
              });
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
