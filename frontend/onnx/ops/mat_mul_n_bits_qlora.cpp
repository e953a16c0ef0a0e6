//===- mat_mul_n_bits_qlora.cpp - A product and its adapter -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/n_bits_product.h"
#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

// Y = X W + (X lora_A) lora_B, each as MatMulNBits has it; an adapter without
// rows adds nothing
static void mat_mul_n_bits_qlora(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X"), scales = node.input(4, "lora_A_scales", 2);
  Tensor down = node.input(3, "lora_A", 3), up = node.input(5, "lora_B", 3);
  Size rows = node.int_attr("N"), depth = node.int_attr("K");
  int64_t bits = node.int_attr("lora_bits", 8);
  int64_t block = node.int_attr("lora_block_size", 32);
  NBitsProduct base{node.input(1, "W"),
                    node.input(2, "scales"),
                    rows,
                    depth,
                    node.int_attr("bits", 4),
                    node.int_attr("block_size", 32),
                    node.int_attr("accuracy_level", 0)};
  Tensor y = n_bits_product(node, x, base);
  auto is_empty = [&](Tensor part) {
    if (part.element_count() == Size(0))
      return true;
    b.require(less(0, part.element_count()),
              "an adapter that turns out to be empty in the run");
    return false;
  };
  if (is_empty(up))
    return node.output(y);
  Size inner = scales.dim(0);
  Shape shape = replaced(x.shape(), x.rank() - 1, inner);
  Tensor middle = is_empty(down)
                      ? b.map(shape, x.dtype(),
                              [&](auto) { return b.literal(x.dtype(), 0); })
                      : n_bits_product(node, x,
                                       {down, scales, inner, depth, bits, block,
                                        base.accuracy});
  Tensor added = n_bits_product(
      node, middle,
      {up, node.input(6, "lora_B_scales"), rows, inner, bits, block});
  node.output(b.elementwise({y, added}, [&](std::span<const Scalar> e) {
    return convert(widen(e[0]) + widen(e[1]), x.dtype());
  }));
}

LANDFALL_ONNX(mat_mul_n_bits_qlora,
              {"MatMulNBitsQLoRA", 1, mat_mul_n_bits_qlora, "com.microsoft"})

} // namespace landfall::frontend
