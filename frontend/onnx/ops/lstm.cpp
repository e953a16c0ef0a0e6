//===- lstm.cpp - ONNX LSTM -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// i  = f(X Wi^T + H Ri^T + Pi * C + Wbi + Rbi)
// f  = f(X Wf^T + H Rf^T + Pf * C + Wbf + Rbf)        1 - i if input_forget
// C' = f * C + i * g(X Wc^T + H Rc^T + Wbc + Rbc)
// o  = f(X Wo^T + H Ro^T + Po * C' + Wbo + Rbo)
// H' = o * h(C')
// where `clip` bounds the arguments of f and g (not of h, as ONNX Runtime has
// it).
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/recurrence.h"

namespace landfall::frontend {

namespace {

struct Lstm {
  const Recurrence &layer;
  Tensor input; ///< The input's projection.
  Tensor peepholes;
  bool coupled; ///< input_forget

  enum Gate { in, out, forget, cell };
  enum Function { f, g, h };

  /// X W^T + H R^T + biases: [D, B, 4 * H].
  Tensor gates(const Moment &moment, Tensor state) const {
    Contraction c;
    c.shape = layer.state_shape();
    c.shape[2] = layer.hidden * 4;
    c.reduce = {layer.hidden};
    c.accumulator = layer.compute;
    c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
      return layer.factors(state, p, p[2], k[0]);
    };
    c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
      return sum + layer.projected(input, moment, p[0], p[1], p[2]);
    };
    return layer.b.contract(c);
  }

  /// Pi, Po and Pf are the rows 0, 1 and 2 of P.
  Scalar peep(Gate gate, std::span<const Scalar> p, Scalar x,
              Scalar content) const {
    if (!peepholes)
      return x;
    Scalar weight = peepholes.at({p[0], layer.row(gate, p[2])});
    return x + convert(weight, layer.compute) * content;
  }

  /// (H', C') at one point.
  Scalars next(const Moment &moment, Tensor gates, const Tensors &states,
               std::span<const Scalar> p) const {
    Scalar last_h = states[0].at(p), last_c = states[1].at(p);
    auto gate = [&](Gate which, Scalar content) {
      Scalar x = gates.at({p[0], p[1], layer.row(which, p[2])});
      return layer.activated(f, p[0], peep(which, p, x, content));
    };
    Scalar i = gate(in, last_c);
    Scalar keep = coupled ? 1.0 - i : gate(forget, last_c);
    Scalar fresh =
        layer.activated(g, p[0], gates.at({p[0], p[1], layer.row(cell, p[2])}));
    Scalar c = keep * last_c + i * fresh;
    Scalar state = gate(out, c) * layer.activated(h, p[0], c, false);
    return {layer.held(moment, p[1], state, last_h),
            layer.held(moment, p[1], c, last_c)};
  }
};

} // namespace

static void lstm(Node &node) {
  Recurrence layer(node, 4, {"Sigmoid", "Tanh", "Tanh"});
  Tensor input = layer.project_input([&](Scalar direction, Scalar row) {
    return layer.input_bias(direction, row) +
           layer.recurrent_bias(direction, row);
  });
  Tensor peepholes = node.optional_input(7, "P", 2);
  if (peepholes)
    require_equal(layer.b, peepholes.dim(1), layer.hidden * 3,
                  "P has a wrong length");
  Lstm cell{layer, input, peepholes, node.flag_attr("input_forget", false)};
  DType types[] = {layer.compute, layer.compute};
  int initial[] = {5, 6};
  layer.run(initial, [&](const Moment &moment, const Tensors &states) {
    Tensor gates = cell.gates(moment, states[0]);
    return layer.b.map(layer.state_shape(), types,
                       [&](std::span<const Scalar> p) {
                         return cell.next(moment, gates, states, p);
                       });
  });
}

LANDFALL_ONNX(lstm, {"LSTM", 7, lstm})

} // namespace landfall::frontend
