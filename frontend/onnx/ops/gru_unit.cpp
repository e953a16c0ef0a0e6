//===- gru_unit.cpp - The last part of a GRU's step -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

// hidden = z hidden_prev + (1 - z) tanh(c) with gates = (reset, update,
// candidate) along the last dimension, z = sigmoid(update), c = candidate, in
// which reset has been applied. A sequence n with t >= seq_lengths[n] keeps
// hidden_prev, or is 0 with drop_states (Caffe2's operator of this name).
static void gru_unit(Node &node) {
  Builder &b = node.b();
  Tensor last = node.input(0, "hidden_prev", 3);
  Tensor gates = node.input(1, "gates", 3),
         lengths = node.input(2, "seq_lengths", 1);
  Tensor t = one_element(node, node.input(3, "t"));
  bool drop = node.flag_attr("drop_states", false);
  Size units = last.dim(2);
  require_equal(b, last.dim(0), 1, "hidden_prev needs one step");
  require_equal(b, gates.dim(0), 1, "gates needs one step");
  require_equal(b, gates.dim(1), last.dim(1),
                "gates and hidden_prev differ in batch");
  require_equal(b, lengths.dim(0), last.dim(1),
                "seq_lengths needs one entry a sequence");
  require_equal(b, gates.dim(2), units * 3, "gates needs three values a unit");
  node.output(b.map(last.shape(), last.dtype(), [&](std::span<const Scalar> p) {
    auto gate = [&](int which) {
      return widen(gates.at({p[0], p[1], p[2] + b.scalar(units * which)}));
    };
    Scalar h = widen(last.at(p)), z = sigmoid(gate(1));
    Scalar next = h * z + tanh(gate(2)) * (1 - z);
    Scalar after = drop ? b.literal(h.dtype(), 0) : h;
    return convert(select(t.at({}) < lengths.at({p[1]}), next, after),
                   last.dtype());
  }));
}

LANDFALL_ONNX(gru_unit, {"GRUUnit", 1, gru_unit})

} // namespace landfall::frontend
