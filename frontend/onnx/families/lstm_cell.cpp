//===- lstm_cell.cpp - The cell of an LSTM --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/lstm_cell.h"

#include "frontend/onnx/support/loose_flags.h"

namespace landfall::frontend {

namespace {

struct Lstm {
  const Recurrence &layer;
  Tensor peepholes;
  bool coupled; ///< input_forget

  enum Gate { in, out, forget, cell };
  enum Function { f, g, h };

  /// Pi, Po and Pf are the rows 0, 1 and 2 of P.
  Scalar peep(Gate gate, std::span<const Scalar> p, Scalar x,
              Scalar content) const {
    if (!peepholes)
      return x;
    Scalar weight =
        peepholes.at({layer.direction(p[0]), layer.row(gate, p[2])});
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

Scalar lstm_bias(const Recurrence &layer, Scalar direction, Scalar row) {
  return layer.input_bias(direction, row) +
         layer.recurrent_bias(direction, row);
}

void run_lstm(Node &node, const Recurrence &layer, const LstmGates &gates) {
  Tensor peepholes = node.optional_input(7, "P", 2);
  if (peepholes)
    require_equal(layer.b, peepholes.dim(1), layer.hidden * 3,
                  "P has a wrong length");
  bool coupled = flag_unless_zero(node, "input_forget", false);
  DType types[] = {layer.compute, layer.compute};
  int initial[] = {5, 6};
  layer.run(initial, [&](const Moment &moment, const Tensors &states) {
    Lstm cell{moment.part, peepholes, coupled};
    Tensor arguments = gates(moment, states[0]);
    return layer.b.map(moment.part.state_shape(), types,
                       [&](std::span<const Scalar> p) {
                         return cell.next(moment, arguments, states, p);
                       });
  });
}

} // namespace landfall::frontend
