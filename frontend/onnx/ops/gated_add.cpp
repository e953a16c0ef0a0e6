//===- gated_add.cpp - Adding what a gate lets through ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

/// sigmoid of each row's product with the weight, [..., 1].
static Tensor projected_gate(const Node &node, Tensor gate, Tensor weight) {
  Builder &b = node.b();
  DType type = gate.dtype(), compute = compute_type(type);
  require_equal(b, weight.dim(0), gate.dim(-1),
                "gate_weight needs one row a value of gate");
  require_equal(b, weight.dim(1), 1, "gate_weight needs one column");
  Contraction c;
  c.shape = replaced(gate.shape(), gate.rank() - 1, Size(1));
  c.reduce = {gate.dim(-1)};
  c.accumulator = compute;
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    return std::pair(widen(gate.at(replaced(p, gate.rank() - 1, k[0]))),
                     widen(weight.at({k[0], p.back()})));
  };
  c.epilogue = [&](std::span<const Scalar>, Scalar sum) {
    return convert(sigmoid(widen(convert(sum, type))), type);
  };
  return b.contract(c);
}

// output = X + Y gate with one gate a row, [..., 1], or sigmoid(gate
// gate_weight) of gate [..., K]; the product is rounded.
static void gated_add(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X"), y = node.input(1, "Y");
  Tensor gate = node.input(2, "gate", x.rank());
  Tensor weight = node.optional_input(3, "gate_weight", 2);
  node.expect(x.rank() >= 1, "X needs a dimension");
  require_same_shape(node, x, y, "X and Y");
  for (int d = 0; d + 1 < x.rank(); ++d)
    require_equal(b, gate.dim(d), x.dim(d), "gate needs one row a row of X");
  if (weight)
    gate = projected_gate(node, gate, weight);
  require_equal(b, gate.dim(-1), 1, "gate needs one value a row");
  DType type = x.dtype();
  node.output(b.map(x.shape(), type, [&](std::span<const Scalar> p) {
    Scalar factor = widen(gate.at(replaced(p, x.rank() - 1, b.index(0))));
    Scalar product = convert(widen(y.at(p)) * factor, type);
    return convert(widen(x.at(p)) + widen(product), type);
  }));
}

LANDFALL_ONNX(gated_add, {"GatedAdd", 1, gated_add, "com.microsoft"})

} // namespace landfall::frontend
