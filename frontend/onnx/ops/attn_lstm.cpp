//===- attn_lstm.cpp - ONNX Runtime's AttnLSTM ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// An LSTM (lstm.cpp) of which each step reads, behind X, the attention that the
// state H before it pays to a memory M [B, S, depth] (nothing in the first
// step): W is [D, 4 * H, inputs + attention].
//   score[s]  = sum over a of V[a] tanh((M MW)[s, a] + (H QW)[a])
//   context   = softmax(score over s < memory_seq_lens) M
//   attention = concat(H, context) AW, or context without AW
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/lstm_cell.h"
#include "frontend/onnx/families/softmax.h"
#include "frontend/onnx/families/strided_slice.h"
#include "frontend/onnx/support/checked_index.h"

namespace landfall::frontend {

namespace {

class AttendedMemory {
public:
  AttendedMemory(const Node &node, Size directions, Size batch, Size hidden,
                 DType compute);
  /// Of the attention paid: [D, B, size()].
  Size size() const { return layer_ ? layer_.dim(2) : memory_.dim(2); }
  Tensor attention(Tensor state) const;

private:
  /// x [D, B, ...] times weights [D, rows, columns], from row `first` on.
  Tensor times(Tensor x, Tensor weights, Size first) const;
  Tensor context(Tensor state) const;
  Scalar in(Scalar x) const { return convert(x, compute_); }

  Builder &b_;
  DType compute_;
  Size directions_, batch_;
  Tensor query_, values_, memory_, layer_; ///< QW, V, M, AW (or absent).
  Tensor lengths_;                         ///< Or absent.
  Tensor keys_;                            ///< [D, B, S, a]
};

AttendedMemory::AttendedMemory(const Node &node, Size directions, Size batch,
                               Size hidden, DType compute)
    : b_(node.b()), compute_(compute), directions_(directions), batch_(batch),
      query_(node.input(8, "QW", 3)), values_(node.input(10, "V", 2)),
      memory_(node.input(11, "M", 3)), layer_(node.optional_input(13, "AW", 3)),
      lengths_(node.optional_input(12, "memory_seq_lens", 1)) {
  Tensor weights = node.input(9, "MW", 3);
  auto fits = [&](Tensor x, const Shape &shape, const char *what) {
    for (int d = 0; d < x.rank(); ++d)
      require_equal(b_, x.dim(d), shape[d], what);
  };
  Size depth = memory_.dim(2), steps = memory_.dim(1), width = weights.dim(2);
  fits(query_, {directions, hidden, width}, "QW does not fit MW and H");
  fits(weights, {directions, depth, width}, "MW does not fit M");
  fits(values_, {directions, width}, "V does not fit MW");
  fits(memory_, {batch, steps, depth}, "M differs from X in batch");
  if (layer_)
    fits(layer_, {directions, depth + hidden, layer_.dim(2)},
         "AW does not fit M and H");
  if (lengths_)
    lengths_ = checked_lengths(node, lengths_, "memory_seq_lens", batch, steps);
  Contraction c;
  c.shape = {directions, batch, steps, width};
  c.reduce = {depth};
  c.accumulator = compute;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    return std::pair(in(memory_.at({p[1], p[2], k[0]})),
                     in(weights.at({p[0], k[0], p[3]})));
  };
  keys_ = b_.contract(c);
}

Tensor AttendedMemory::times(Tensor x, Tensor weights, Size first) const {
  Contraction c;
  c.shape = {directions_, batch_, weights.dim(2)};
  c.reduce = {x.dim(2)};
  c.accumulator = compute_;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    return std::pair(x.at({p[0], p[1], k[0]}),
                     in(weights.at({p[0], k[0] + b_.scalar(first), p[2]})));
  };
  return b_.contract(c);
}

Tensor AttendedMemory::context(Tensor state) const {
  Tensor asked = times(state, query_, 0);
  Shape shape = {directions_, batch_, memory_.dim(1)};
  Tensor scores = b_.map(shape, compute_, [&](std::span<const Scalar> p) {
    Scalar score =
        sum(b_, {values_.dim(1)}, compute_, [&](std::span<const Scalar> a) {
          Scalar both =
              keys_.at({p[0], p[1], p[2], a[0]}) + asked.at({p[0], p[1], a[0]});
          return in(values_.at({p[0], a[0]})) * tanh(both);
        });
    return lengths_
               ? select(p[2] < lengths_.at({p[1]}), score, lowest(b_, compute_))
               : score;
  });
  Tensor shares = softmax_of(Rows::from_axis(scores, 2));
  Contraction c;
  c.shape = {directions_, batch_, memory_.dim(2)};
  c.reduce = {memory_.dim(1)};
  c.accumulator = compute_;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    return std::pair(shares.at({p[0], p[1], k[0]}),
                     in(memory_.at({p[1], k[0], p[2]})));
  };
  return b_.contract(c);
}

Tensor AttendedMemory::attention(Tensor state) const {
  Tensor seen = context(state);
  if (!layer_)
    return seen;
  Tensor own = times(state, layer_, 0);
  return b_.elementwise({own, times(seen, layer_, state.dim(2))},
                        [](auto e) { return e[0] + e[1]; });
}

} // namespace

static void attn_lstm(Node &node) {
  Tensor x = node.input(0, "X", 3), w = node.input(1, "W", 3);
  Tensor r = node.input(2, "R", 3);
  Recurrence layer(node, slice_along(w, 2, 0, x.dim(2)), r, 4,
                   {"Sigmoid", "Tanh", "Tanh"});
  AttendedMemory memory(node, layer.state_shape()[0], x.dim(1), layer.hidden,
                        layer.compute);
  require_equal(node.b(), w.dim(2), x.dim(2) + memory.size(),
                "W's rows must have the length of X and the attention");
  Tensor weights = slice_along(w, 2, x.dim(2), memory.size());
  layer.keep_together();
  Tensor input = layer.project_input([&](Scalar direction, Scalar row) {
    return lstm_bias(layer, direction, row);
  });
  run_lstm(node, layer, [&](const Moment &moment, Tensor state) {
    Builder &b = layer.b;
    Tensor seen = memory.attention(state);
    Contraction c;
    c.shape = layer.state_shape();
    c.shape[2] = layer.hidden * 4;
    c.reduce = {memory.size()};
    c.accumulator = layer.compute;
    c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
      return std::pair(seen.at({p[0], p[1], k[0]}),
                       convert(weights.at({p[0], p[2], k[0]}), layer.compute));
    };
    Tensor attended = b.contract(c);
    c.reduce = {layer.hidden};
    c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
      return layer.factors(state, p, p[2], k[0]);
    };
    c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
      Scalar first = moment.step(b) == 0;
      Scalar other = select(first, b.literal(layer.compute, 0), attended.at(p));
      return sum + other + layer.projected(input, moment, p[0], p[1], p[2]);
    };
    return b.contract(c);
  });
}

LANDFALL_ONNX(attn_lstm, {"AttnLSTM", 1, attn_lstm, "com.microsoft"})

} // namespace landfall::frontend
