//===- mat_mul_fp_q4.cpp - Products with 4-bit columns ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

// Y = A * B for columns of B in blocks of 32: a scale (f32), a zero point (i8)
// if blk_quant_type is 1, else 8, and 16 bytes whose low halves are the first
// 16 integers, whose high halves the others
static void mat_mul_fp_q4(Node &node) {
  Builder &b = node.b();
  int64_t type = node.int_attr("blk_quant_type", 1);
  if (type != 0 && type != 1)
    node.unsupported("blk_quant_type " + std::to_string(type) +
                     "; 0 and 1 are supported");
  Tensor blob = node.input(1, "B", 1);
  auto shape = node.input_sizes(2, "B_shape");
  node.expect(shape.size() == 2, "B_shape needs two entries");
  Size depth = shape[0], columns = shape[1], blocks = ceildiv(depth, 32);
  int64_t head = 4 + type;
  Tensor bytes = b.reshape(blob, {columns, blocks, head + 16});
  auto scales = b.map({columns, blocks}, DType::f32, [&](auto p) {
    Scalar word = b.literal_int(DType::u32, 0);
    for (int k = 0; k < 4; ++k)
      word = word | (cast(bytes.at({p[0], p[1], b.index(k)}), DType::u32)
                     << b.literal_int(DType::u32, 8 * k));
    return bitcast(word, DType::f32);
  });
  Tensor weights = b.map({depth, columns}, DType::f32, [&](auto p) {
    Scalar block = p[0] / 32.0, k = p[0] % 32.0;
    Scalar byte = bytes.at({p[1], block, k % 16.0 + double(head)});
    Scalar shift = cast(k / 16.0 * 4, DType::u8);
    Scalar integer =
        cast((byte >> shift) & b.literal_int(DType::u8, 15), DType::f32);
    Scalar zero = b.literal(DType::f32, 8);
    if (type == 1)
      zero = cast(cast(bytes.at({p[1], block, b.index(4)}), DType::i8),
                  DType::f32);
    return (integer - zero) * scales.at({p[1], block});
  });
  node.output(matrix_product(b, {node.input(0, "A"), weights}));
}

LANDFALL_ONNX(mat_mul_fp_q4, {"MatMulFpQ4", 1, mat_mul_fp_q4, "com.microsoft"})

} // namespace landfall::frontend
