//===- gated_delta_net.cpp - ONNX Runtime's GatedDeltaNet -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The recurrence of LinearAttention (families/linear_attention.h) over B
// sequences whose tokens stand one after another, those of sequence b from
// cu_seqlens[b] on; without cu_seqlens they have one length. States are [B, Hv,
// Dv, Dk]; the Hv heads of values share Hk heads of queries and keys. Decay is
// exp(g) of g = decay or, with gate_activation,
//   softplus: -exp(a_log) * log(1 + exp(decay + dt_bias))
//   sigmoid:  gate_lower_bound * sigmoid(exp(a_log) * (decay + dt_bias))
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/linear_attention.h"
#include "frontend/onnx/families/packed_sequences.h"
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"
#include "ir/many_operands.h"

namespace landfall::frontend {

namespace {

using Place = LinearAttention::Place;

class GatedDeltaNet {
public:
  explicit GatedDeltaNet(Node &node);
  void run();

private:
  void bind_tokens();
  void bind_gates();
  Tensor flat(Tensor x, int rank) const;
  Tensor normalized(Tensor x) const;
  Tensor log_decays() const;
  Scalar token(const Place &place) const {
    return sequences_.start(place.sequence) + place.token;
  }
  Scalar shared(Scalar head) const { return head / b_.scalar(sharing_); }
  Heads heads_of(Tensor x, bool is_shared) const;
  LinearAttention recurrence() const;
  Tensor packed_updates(Tensor updates) const;

  Node &node_;
  Builder &b_;
  Tensor initial_;   ///< May be absent.
  Tensor q_, k_, v_; ///< [T, H, D]
  Shape given_;      ///< The tokens' dimensions, one or two.
  Size heads_, sharing_;
  PackedSequences sequences_;
  Tensor decay_, beta_; ///< exp(g) [T, Hv, 1 or Dk] f32, beta [T, Hv] f32.
  Tensor counts_;       ///< Tokens to capture [B]; absent: none.
};

GatedDeltaNet::GatedDeltaNet(Node &node)
    : node_(node), b_(node.b()),
      initial_(node.optional_input(6, "initial_state", 4)) {
  bind_tokens();
  bind_gates();
}

/// x with its tokens along one dimension.
Tensor GatedDeltaNet::flat(Tensor x, int rank) const {
  if (x.rank() == rank)
    return x;
  node_.expect(x.rank() == rank + 1, "an operand has the wrong rank");
  Shape shape = {x.dim(0) * x.dim(1)};
  return b_.reshape(x, joined(shape, sublist(x.shape(), 2, x.rank())));
}

void GatedDeltaNet::bind_tokens() {
  Tensor query = node_.input(0, "query", 2, 4);
  if (node_.has_input(1)) {
    given_ = sublist(query.shape(), 0, query.rank() - 2);
    q_ = flat(query, 3);
    k_ = flat(node_.input(1, "key"), 3);
    v_ = flat(node_.input(2, "value"), 3);
  } else {
    node_.expect(bool(initial_), "packed operands need initial_state");
    given_ = sublist(query.shape(), 0, query.rank() - 1);
    query = flat(query, 2);
    Size heads = initial_.dim(1), values = initial_.dim(2);
    Size keys = max(initial_.dim(3), 1), all = heads * values;
    Size part = floordiv(query.dim(1) - all, keys * 2);
    require_equal(b_, part * keys * 2 + all, query.dim(1),
                  "query's columns are not those of Q, K and V");
    auto columns = [&](Size start, Size count, Size features) {
      return b_.reshape(slice_along(query, 1, start, count * features),
                        {query.dim(0), count, features});
    };
    q_ = columns(0, part, keys);
    k_ = columns(part * keys, part, keys);
    v_ = columns(part * keys * 2, heads, values);
  }
  require_same_shape(node_, q_, k_, "query and key");
  require_equal(b_, v_.dim(0), q_.dim(0), "query and value differ in tokens");
  heads_ = v_.dim(1);
  sharing_ = floordiv(heads_, max(q_.dim(1), 1));
  require_equal(b_, sharing_ * q_.dim(1), heads_,
                "the heads of values are not a multiple of those of queries");
  if (node_.flag_attr("qk_l2_norm", false)) {
    q_ = normalized(q_);
    k_ = normalized(k_);
  }
  if (Tensor ends = node_.optional_input(3, "cu_seqlens", 1)) {
    sequences_ = sequences_ending_at(node_, ends, "cu_seqlens", q_.dim(0));
  } else {
    node_.expect(bool(initial_), "without cu_seqlens initial_state is needed");
    sequences_ = sequences_alike(b_, q_.dim(0), initial_.dim(0));
  }
  Shape state = {sequences_.batch, heads_, v_.dim(2), k_.dim(2)};
  for (int axis = 0; initial_ && axis < 4; ++axis)
    require_equal(b_, initial_.dim(axis), state[axis],
                  "initial_state must be [batch, heads, value size, key size]");
  counts_ = captured_counts(node_, 9, sequences_);
}

/// Each head's vector by its length.
Tensor GatedDeltaNet::normalized(Tensor x) const {
  return b_.map(x.shape(), DType::f32, [&](std::span<const Scalar> p) {
    Scalar squares =
        sum(b_, {x.dim(2)}, DType::f32, [&](std::span<const Scalar> d) {
          Scalar value = convert(x.at({p[0], p[1], d[0]}), DType::f32);
          return value * value;
        });
    return convert(x.at(p), DType::f32) / sqrt(squares + 1e-12);
  });
}

void GatedDeltaNet::bind_gates() {
  std::string rule = node_.string_attr("update_rule", "gated_delta");
  bool gated = rule == "gated" || rule == "gated_delta";
  bool delta = rule == "delta" || rule == "gated_delta";
  node_.expect(gated || delta || rule == "linear",
               "update_rule \"" + rule + "\" is not known");
  node_.expect(node_.has_input(4) == gated && node_.has_input(5) == delta,
               "decay and beta must be there as update_rule says");
  if (gated)
    decay_ = log_decays();
  if (!delta)
    return;
  std::string activation = node_.string_attr("beta_activation", "none");
  node_.expect(activation == "none" || activation == "sigmoid",
               "beta_activation \"" + activation + "\" is not known");
  Tensor beta = flat(node_.input(5, "beta"), 2);
  require_equal(b_, beta.dim(0), q_.dim(0), "beta differs in tokens");
  require_equal(b_, beta.dim(1), heads_, "beta needs one value a head");
  beta_ = b_.elementwise({beta}, [&](std::span<const Scalar> e) {
    Scalar rate = convert(e[0], DType::f32);
    return activation == "none" ? rate : sigmoid(rate);
  });
}

/// exp(g)
Tensor GatedDeltaNet::log_decays() const {
  Tensor decay = node_.input(4, "decay");
  int rank = int(given_.size()) + 1;
  node_.expect(decay.rank() == rank || decay.rank() == rank + 1,
               "decay has the wrong rank");
  Size width = decay.rank() == rank ? Size(1) : decay.dim(-1);
  decay = b_.reshape(decay, {q_.dim(0), heads_, width});
  require_equal(b_, (width - 1) * (width - k_.dim(2)), 0,
                "decay has one value a head or a row of each head's state");
  std::string gate = node_.string_attr("gate_activation", "none");
  bool softplus = gate == "softplus" || gate == "qwen";
  node_.expect(softplus || gate == "sigmoid" || gate == "kda" || gate == "none",
               "gate_activation \"" + gate + "\" is not known");
  auto f32 = [](Scalar x) { return convert(x, DType::f32); };
  if (gate == "none")
    return b_.elementwise(
        {decay}, [&](std::span<const Scalar> e) { return exp(f32(e[0])); });
  Tensor rates = node_.input(7, "a_log", 1), bias = node_.input(8, "dt_bias");
  require_list(node_, rates, "a_log", heads_);
  Size biases = floordiv(bias.element_count(), max(heads_, 1));
  bias = b_.reshape(bias, {heads_, biases});
  require_equal(b_, (biases - 1) * (biases - width), 0,
                "dt_bias has one value a head or for each of decay's");
  double bound = node_.float_attr("gate_lower_bound", -5);
  return b_.map(decay.shape(), DType::f32, [&](std::span<const Scalar> p) {
    Scalar column = broadcast_index(b_, biases, width, p[2]);
    Scalar x = f32(decay.at(p)) + bias.at({p[1], column});
    Scalar rate = exp(rates.at({p[1]}));
    if (!softplus)
      return exp(bound * sigmoid(rate * x));
    Scalar positive = maximum(x, 0) + log1p(exp(-abs(x)));
    return exp(-rate * positive);
  });
}

/// The heads of the state; `is_shared`: x has those of keys.
Heads GatedDeltaNet::heads_of(Tensor x, bool is_shared) const {
  return {sequences_.batch,
          heads_,
          sequences_.tokens,
          x.dim(2),
          x.dtype(),
          [=, this](Scalar sequence, Scalar head, Scalar t, Scalar d) {
            return x.at({sequences_.start(sequence) + t,
                         is_shared ? shared(head) : head, d});
          }};
}

LinearAttention GatedDeltaNet::recurrence() const {
  LinearAttention a{b_,
                    heads_of(q_, true),
                    heads_of(k_, true),
                    heads_of(v_, false),
                    {},
                    {},
                    node_.float_attr("scale", 0),
                    1,
                    false,
                    [](Scalar head, Scalar) { return head; },
                    [this](const Place &p, Scalar head) {
                      return Scalars{token(p), head, p.column};
                    },
                    [this](Scalar s) { return sequences_.length(s); }};
  a.q.dtype = v_.dtype();
  if (decay_)
    a.decay = [this](const Place &p, Scalar row) {
      Scalar column = broadcast_index(b_, decay_.dim(2), k_.dim(2), row);
      return decay_.at({token(p), p.head, column});
    };
  if (beta_)
    a.beta = [this](const Place &p) { return beta_.at({token(p), p.head}); };
  if (counts_)
    a.observe = [this](std::span<const Buffer> results, const Place &p,
                       Scalar update) {
      b_.branch(
          p.token < counts_.at({p.sequence}),
          [&] {
            results[2].store({p.sequence, p.token, p.head, p.column}, update);
            return Scalars{};
          },
          [] { return Scalars{}; });
    };
  return a;
}

/// [B, C * (decays + keys + updates)]: of each sequence's captured tokens all
/// decays, then all keys, then all updates; 0 behind them, and if
/// state_update_active is 0.
Tensor GatedDeltaNet::packed_updates(Tensor updates) const {
  Size capacity = updates.dim(1), keys = k_.dim(1) * k_.dim(2);
  Size decays = decay_ ? heads_ * decay_.dim(2) : heads_;
  Size values = heads_ * v_.dim(2);
  Tensor active = node_.optional_input(10, "state_update_active");
  if (active)
    active = one_element(node_, active);
  Tensor flat_keys = b_.reshape(k_, {k_.dim(0), keys});
  Tensor flat_decays =
      decay_ ? b_.reshape(decay_, {k_.dim(0), decays}) : Tensor();
  Scalar (*f32)(Scalar) = [](Scalar x) { return convert(x, DType::f32); };
  auto part = [&](Size width, auto &&element) {
    Shape shape = {sequences_.batch, capacity, width};
    Tensor x = b_.map(shape, DType::f32, [&](std::span<const Scalar> p) {
      Scalar inside = p[1] < counts_.at({p[0]});
      if (active)
        inside = logical_and(inside, active.at({}) != 0);
      return element(p, sequences_.start(p[0]) + p[1], inside);
    });
    return b_.reshape(x, {sequences_.batch, capacity * width});
  };
  Tensors parts = {
      part(decays,
           [&](std::span<const Scalar> p, Scalar t, Scalar inside) {
             Scalar at[] = {t, p[2]}, zero = b_.literal(DType::f32, 0);
             return flat_decays ? flat_decays.at_or(at, inside, zero)
                                : cast(inside, DType::f32);
           }),
      part(keys,
           [&](std::span<const Scalar> p, Scalar t, Scalar inside) {
             Scalar at[] = {t, p[2]};
             return f32(flat_keys.at_or(at, inside, b_.literal(k_.dtype(), 0)));
           }),
      part(values, [&](std::span<const Scalar> p, Scalar, Scalar inside) {
        Scalar features = b_.scalar(v_.dim(2));
        Scalar at[] = {p[0], p[1], p[2] / features, p[2] % features};
        return updates.at_or(at, inside, b_.literal(DType::f32, 0));
      })};
  return ir::concatenate(b_, parts, 1);
}

void GatedDeltaNet::run() {
  LinearAttention attention = recurrence();
  Shape state = attention.state_shape();
  Tensor first = b_.map(state, DType::f32, [&](std::span<const Scalar> p) {
    return initial_ ? initial_.at(p) : b_.literal(DType::f32, 0);
  });
  std::vector<LoopsResult> results = {{v_.dtype(), v_.shape(), {}},
                                      {DType::f32, state, first}};
  if (counts_) {
    Shape updates = {sequences_.batch, node_.int_attr("state_update_capacity"),
                     heads_, v_.dim(2)};
    Tensor none = b_.map(updates, DType::f32, [&](std::span<const Scalar>) {
      return b_.literal(DType::f32, 0);
    });
    results.push_back({DType::f32, updates, none});
  }
  Tensors done = attention.run(results);
  node_.output(0,
               b_.reshape(done[0], joined(given_, Shape{heads_, v_.dim(2)})));
  if (node_.wants_output(1))
    node_.output(1, done[1]);
  if (node_.wants_output(2)) {
    node_.expect(bool(counts_), "state_update needs state_update_capacity");
    node_.output(2, packed_updates(done[2]));
  }
}

void gated_delta_net(Node &node) { GatedDeltaNet(node).run(); }

} // namespace

LANDFALL_ONNX(gated_delta_net,
              {"GatedDeltaNet", 1, gated_delta_net, "com.microsoft"})

} // namespace landfall::frontend
