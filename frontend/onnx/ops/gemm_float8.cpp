//===- gemm_float8.cpp - ONNX Runtime's GemmFloat8 --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/gemm.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

// Y = activation(alpha * scaleA * scaleB * A' * B' + beta * C) as `dtype`
static void gemm_float8(Node &node) {
  Builder &b = node.b();
  std::string activation = node.string_attr("activation", "NONE");
  if (activation != "NONE" && activation != "RELU")
    node.unsupported("the activation \"" + activation +
                     "\", whose formula ONNX Runtime does not give");
  if (node.has_input(5))
    node.unsupported("GemmFloat8 with scaleY, of which ONNX Runtime does not "
                     "say how it is applied");
  GemmOperands operands{
      node.input(0, "A"),          node.input(1, "B"),
      node.optional_input(2, "C"), node.float_attr("alpha", 1),
      node.float_attr("beta", 0),  DType::f32};
  for (int k : {3, 4})
    if (Tensor scale = node.optional_input(k, k == 3 ? "scaleA" : "scaleB"))
      operands.factors.push_back(one_element(node, scale));
  DType type = real_dtype(node, "dtype", DType::f32);
  bool relu = activation == "RELU";
  node.output(
      b.elementwise({gemm_of(node, operands)}, [&](std::span<const Scalar> e) {
        return convert(relu ? maximum(e[0], 0) : e[0], type);
      }));
}

LANDFALL_ONNX(gemm_float8, {"GemmFloat8", 1, gemm_float8, "com.microsoft"})

} // namespace landfall::frontend
