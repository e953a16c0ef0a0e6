//===- mat_mul_n_bits.cpp - ONNX Runtime's MatMulNBits --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[..., n] = bias[n] + sum over k of A[..., k] * (B[n, k] - zero) * scale,
// with a scale and a zero point for each block of block_size elements of a row
// of B. B's integers have `bits` bits. g_idx[k], if present, is the block of k.
// With accuracy_level 4, A is first rounded to int8 multiples of a scale for
// each block, as ONNX Runtime has it: a model may have been tuned to that.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/n_bits_product.h"

namespace landfall::frontend {

static void mat_mul_n_bits(Node &node) {
  if (node.int_attr("weight_prepacked", 0) != 0)
    node.unsupported("weights packed for one kind of GPU; export the model "
                     "with weight_prepacked = 0");
  node.output(n_bits_product(
      node, node.input(0, "A"),
      {node.input(1, "B"), node.input(2, "scales"), node.int_attr("N"),
       node.int_attr("K"), node.int_attr("bits", 4),
       node.int_attr("block_size"), node.int_attr("accuracy_level", 0),
       node.optional_input(3, "zero_points"),
       node.optional_input(4, "g_idx", 1), node.optional_input(5, "bias")}));
}

LANDFALL_ONNX(mat_mul_n_bits,
              {"MatMulNBits", 1, mat_mul_n_bits, "com.microsoft"})

} // namespace landfall::frontend
