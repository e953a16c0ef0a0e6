//===- rnn.cpp - ONNX RNN -------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// H' = f(X W^T + H R^T + Wb + Rb)
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/recurrence.h"

namespace landfall::frontend {

static void rnn(Node &node) {
  Recurrence layer(node, 1, {"Tanh"});
  Builder &b = layer.b;
  Tensor input = layer.project_input([&](Scalar direction, Scalar row) {
    return layer.input_bias(direction, row) +
           layer.recurrent_bias(direction, row);
  });
  auto step = [&](const Moment &moment, const Tensors &states) -> Tensors {
    const Recurrence &part = moment.part;
    Tensor h = states[0];
    Contraction c;
    c.shape = part.state_shape();
    c.reduce = {part.hidden};
    c.accumulator = part.compute;
    c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
      return part.factors(h, p, p[2], k[0]);
    };
    c.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
      Scalar x = part.projected(input, moment, p[0], p[1], p[2]);
      Scalar next = part.activated(0, p[0], sum + x);
      return part.held(moment, p[1], next, h.at(p));
    };
    return {b.contract(c)};
  };
  int initial[] = {5};
  layer.run(initial, step);
}

LANDFALL_ONNX(rnn, {"RNN", 1, rnn})

} // namespace landfall::frontend
