//===- mul_integer.cpp - ONNX Runtime's MulInteger ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// C = (A - A_zero_point) * (B - B_zero_point) as int32, broadcast
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/compute_type.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

static void mul_integer(Node &node) {
  Tensor a = node.input(0, "A"), other = node.input(2, "B");
  Tensor zeros[] = {node.optional_input(1, "A_zero_point"),
                    node.optional_input(3, "B_zero_point")};
  for (Tensor &zero : zeros)
    zero = zero ? one_element(node, zero) : zero;
  auto centered = [](Scalar x, Tensor zero) {
    x = cast(x, DType::i32);
    return zero ? x - cast(zero.at({}), DType::i32) : x;
  };
  node.output(node.b().elementwise({a, other}, [&](std::span<const Scalar> e) {
    return centered(e[0], zeros[0]) * centered(e[1], zeros[1]);
  }));
}

LANDFALL_ONNX(mul_integer, {"MulInteger", 1, mul_integer, "com.microsoft"})

} // namespace landfall::frontend
