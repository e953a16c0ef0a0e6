//===- router_gate_up_proj.cpp - Logits and a gated unit --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/gated_unit.h"
#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/families/strided_slice.h"

namespace landfall::frontend {

// Y = X W; router = its first router_size columns, activated =
// clamped_swiglu(gate, up) of the two halves of the others
static void router_gate_up_proj(Node &node) {
  Builder &b = node.b();
  node.expect(node.string_attr("activation", "swiglu") == "swiglu",
              "activation must be \"swiglu\"");
  Tensor x = node.input(0, "X"), weight = node.input(1, "W", 2);
  DType type = x.dtype();
  Tensor y = matrix_product(
      b, {x, weight, false, false, compute_type(type), type, {}, {}, {}});
  Size first = node.int_attr("router_size");
  Size half = floordiv(y.dim(-1) - first, 2);
  b.require(less(-1, first) * less(-1, half),
            "W has fewer columns than router_size");
  require_equal(b, half * 2 + first, y.dim(-1),
                "W's columns behind router_size have no two halves");
  int last = y.rank() - 1;
  node.output(0, slice_along(y, last, 0, first));
  Tensor gate = slice_along(y, last, first, half);
  Tensor up = slice_along(y, last, first + half, half);
  node.output(1, b.elementwise({gate, up}, [&](std::span<const Scalar> e) {
    return clamped_swiglu(node, e[0], e[1], type, false);
  }));
}

LANDFALL_ONNX(router_gate_up_proj,
              {"RouterGateUpProj", 1, router_gate_up_proj, "com.microsoft"})

} // namespace landfall::frontend
