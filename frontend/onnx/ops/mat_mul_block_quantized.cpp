//===- mat_mul_block_quantized.cpp - Products with 8- or 4-bit floats -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y[..., n] = bias[n] + sum over k of A[..., k] * W[n, k], where
//   MatMulBlockQuantizedFp8Weight: W[n, k] = B[n, k] * b_scale[n, k / block];
//     with a_scale A is first rounded to f8e4m3fn(A / a_scale) * a_scale
//   MatMulBlockQuantizedFp4Weight: W[n, k] = e2m1(B[n, k]) * weight_scale_2 *
//     e4m3(weight_scale[n, k / block]), rounded to A's type; bytes of B hold
//     two numbers, the lower half first
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/block_weights.h"
#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

namespace {

Scalar f32(Scalar x) { return convert(x, DType::f32); }

int64_t block_of(const Node &node, int64_t otherwise) {
  int64_t block = node.int_attr("block_size", otherwise);
  node.expect(block > 0, "block_size must be positive");
  return block;
}

void check_scales(const Node &node, Tensor scales, Size rows, Size depth,
                  int64_t block) {
  require_equal(node.b(), scales.dim(0), rows, "the scales need B's rows");
  require_equal(node.b(), scales.dim(1), ceildiv(depth, block),
                "the scales need one entry for each block");
}

/// Of A, or of what it was rounded to, and W [N, K]; the result has A's type.
void output_product(Node &node, Tensor a, Tensor weights, DType result,
                    int bias_position) {
  MatrixProduct product{a, weights, false, true, DType::f32, result};
  Tensor bias = node.optional_input(bias_position, "bias", 1);
  if (bias)
    require_list(node, bias, "bias", weights.dim(0));
  product.epilogue = [=](std::span<const Scalar> p, Scalar sum) {
    return convert(bias ? sum + f32(bias.at({p.back()})) : sum, result);
  };
  node.output(matrix_product(node.b(), product));
}

void eight_bits(Node &node) {
  Builder &b = node.b();
  Tensor a = node.input(0, "A"), stored = node.input(1, "B", 2);
  Tensor scales = node.input(2, "b_scale", 2);
  DType result = a.dtype();
  int64_t block = block_of(node, 128);
  check_scales(node, scales, stored.dim(0), stored.dim(1), block);
  Tensor weights = b.map(stored.shape(), DType::f32, [&](auto p) {
    return f32(stored.at(p)) * scales.at({p[0], p[1] / double(block)});
  });
  if (Tensor scale = node.optional_input(3, "a_scale")) {
    scale = one_element(node, scale);
    a = b.elementwise({a, scale}, [&](auto e) {
      return f32(cast_saturate(f32(e[0]) / e[1], DType::f8e4m3fn)) * e[1];
    });
  }
  output_product(node, a, weights, result, 4);
}

void four_bits(Node &node) {
  Builder &b = node.b();
  Tensor a = node.input(0, "A"), bytes = node.input(1, "B", 2);
  Tensor scales = node.input(2, "weight_scale", 2);
  Tensor whole = one_element(node, node.input(3, "weight_scale_2"));
  int64_t block = block_of(node, 16);
  Shape shape = {bytes.dim(0), bytes.dim(1) * 2};
  check_scales(node, scales, shape[0], shape[1], block);
  Tensor values =
      constant_table(b, DType::f32,
                     std::vector<float>{0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0F, -0.5,
                                        -1, -1.5, -2, -3, -4, -6});
  PackedBits packed{bytes, 4};
  Tensor weights = b.map(shape, a.dtype(), [&](std::span<const Scalar> p) {
    Scalar scale = scales.at({p[0], p[1] / double(block)});
    Scalar number = values.at({cast(packed.at(p.first(1), p[1]), DType::i64)});
    scale = f32(bitcast(scale, DType::f8e4m3fn));
    return convert(number * whole.at({}) * scale, a.dtype());
  });
  output_product(node, a, weights, a.dtype(), 5);
}

} // namespace

LANDFALL_ONNX(mat_mul_block_quantized,
              {"MatMulBlockQuantizedFp8Weight", 1, eight_bits, "com.microsoft"},
              {"MatMulBlockQuantizedFp4Weight", 1, four_bits, "com.microsoft"})

} // namespace landfall::frontend
