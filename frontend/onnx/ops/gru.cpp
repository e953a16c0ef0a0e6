//===- gru.cpp - ONNX GRU -------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// z  = f(X Wz^T + H Rz^T + Wbz + Rbz)
// r  = f(X Wr^T + H Rr^T + Wbr + Rbr)
// h  = g(X Wh^T + (r * H) Rh^T + Wbh + Rbh)                or, if
// h  = g(X Wh^T + r * (H Rh^T + Rbh) + Wbh)                linear_before_reset
// H' = (1 - z) * h + z * H
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/recurrence.h"
#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

namespace {

struct Gru {
  const Recurrence &layer;
  Tensor input; ///< The input's projection.
  const Moment &moment;
  Tensor h;

  enum Gate { update, reset, candidate };

  Scalar from_input(std::span<const Scalar> p, Scalar row) const {
    return layer.projected(input, moment, p[0], p[1], row);
  }

  Scalar blend(std::span<const Scalar> p, Scalar z, Scalar fresh) const {
    Scalar last = h.at(p);
    Scalar next = (1.0 - z) * fresh + z * last;
    return layer.held(moment, p[1], next, last);
  }

  /// H R^T for the first `gates` gates, finished by `epilogue`.
  Tensor recurrent(int gates, auto epilogue) const {
    Contraction c;
    c.shape = layer.state_shape();
    c.shape[2] = layer.hidden * gates;
    c.reduce = {layer.hidden};
    c.accumulator = layer.compute;
    c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
      return layer.factors(h, p, p[2], k[0]);
    };
    c.epilogue = epilogue;
    return layer.b.contract(c);
  }

  Tensor reset_before() const {
    Tensor zr = recurrent(2, [&](std::span<const Scalar> p, Scalar sum) {
      return layer.activated(0, p[0], sum + from_input(p, p[2]));
    });
    Contraction c;
    c.shape = layer.state_shape();
    c.reduce = {layer.hidden};
    c.accumulator = layer.compute;
    c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
      auto [state, weight] =
          layer.factors(h, p, layer.row(candidate, p[2]), k[0]);
      Scalar r = zr.at({p[0], p[1], layer.row(reset, k[0])});
      return std::pair(state * r, weight);
    };
    c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
      Scalar x = from_input(p, layer.row(candidate, p[2]));
      return blend(p, zr.at(p), layer.activated(1, p[0], sum + x));
    };
    return layer.b.contract(c);
  }

  Tensor reset_after() const {
    Tensor all = recurrent(3, [&](std::span<const Scalar> p, Scalar sum) {
      return sum + layer.recurrent_bias(p[0], p[2]);
    });
    auto next = [&](std::span<const Scalar> p) {
      auto gate = [&](Gate which) {
        return all.at({p[0], p[1], layer.row(which, p[2])});
      };
      auto x = [&](Gate which) {
        return from_input(p, layer.row(which, p[2]));
      };
      Scalar z = layer.activated(0, p[0], x(update) + gate(update));
      Scalar r = layer.activated(0, p[0], x(reset) + gate(reset));
      Scalar fresh =
          layer.activated(1, p[0], x(candidate) + r * gate(candidate));
      return blend(p, z, fresh);
    };
    return layer.b.map(layer.state_shape(), layer.compute, next);
  }
};

} // namespace

static void gru(Node &node) {
  Recurrence layer(node, 3, {"Sigmoid", "Tanh"});
  bool linear_first = flag_unless_zero(node, "linear_before_reset", false);
  Tensor input = layer.project_input([&](Scalar direction, Scalar row) {
    Scalar bias = layer.input_bias(direction, row);
    return linear_first ? bias : bias + layer.recurrent_bias(direction, row);
  });
  int initial[] = {5};
  layer.run(initial,
            [&](const Moment &moment, const Tensors &states) -> Tensors {
              Gru cell{moment.part, input, moment, states[0]};
              return {linear_first ? cell.reset_after() : cell.reset_before()};
            });
}

LANDFALL_ONNX(gru, {"GRU", 1, gru})

} // namespace landfall::frontend
