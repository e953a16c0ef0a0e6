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

#include "frontend/onnx/families/lstm_cell.h"

namespace landfall::frontend {

static void lstm(Node &node) {
  Recurrence layer(node, 4, {"Sigmoid", "Tanh", "Tanh"});
  Tensor input = layer.project_input([&](Scalar direction, Scalar row) {
    return lstm_bias(layer, direction, row);
  });
  run_lstm(node, layer, [&](const Moment &moment, Tensor state) {
    const Recurrence &part = moment.part;
    Contraction c;
    c.shape = part.state_shape();
    c.shape[2] = part.hidden * 4;
    c.reduce = {part.hidden};
    c.accumulator = part.compute;
    c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
      return part.factors(state, p, p[2], k[0]);
    };
    c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
      return sum + part.projected(input, moment, p[0], p[1], p[2]);
    };
    return part.b.contract(c);
  });
}

LANDFALL_ONNX(lstm, {"LSTM", 1, lstm})

} // namespace landfall::frontend
