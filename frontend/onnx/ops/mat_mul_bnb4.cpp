//===- mat_mul_bnb4.cpp - ONNX Runtime's MatMulBnb4 -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Y = A * W^T (A * W without transB) with weights W [N, K] as bitsandbytes
// quantises them: element i of the flat W is absmax[i / block_size] times the
// value that integer i of B stands for. B's bytes hold two integers each, the
// first in the high bits.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"
#include "frontend/onnx/support/attribute_table.h"

namespace landfall::frontend {

namespace {

/// What the integers stand for: in quant_type 0 a sign, two bits of exponent
/// and one of mantissa; in 1 quantiles of the normal distribution (Dettmers et
/// al., QLoRA).
std::vector<float> values_of(int64_t quant_type) {
  constexpr float least = 0.0052083333f, third = 1.0f / 3, sixth = 1.0f / 6;
  if (quant_type == 1)
    return {-1.0f,        -0.69619280f, -0.52507305f, -0.39491749f,
            -0.28444138f, -0.18477343f, -0.09105004f, 0.0f,
            0.07958030f,  0.16093020f,  0.24611230f,  0.33791524f,
            0.44070983f,  0.56261700f,  0.72295684f,  1.0f};
  return {0.0f,  least,  2 * third,  1.0f,  third,  0.5f,  sixth,  0.25f,
          -0.0f, -least, -2 * third, -1.0f, -third, -0.5f, -sixth, -0.25f};
}

struct Weights {
  Builder &b;
  Tensor bytes, scales, values;
  Size rows, depth;
  int64_t block;

  /// Inside a body: W[row, k].
  Scalar at(Scalar row, Scalar k, DType type) const {
    Scalar i = row * b.scalar(depth) + k;
    Scalar byte = bytes.at({i / 2});
    Scalar high = byte >> b.literal_int(DType::u8, 4);
    Scalar low = byte & b.literal_int(DType::u8, 15);
    Scalar code = cast(select(i % 2 == 0, high, low), DType::i64);
    return convert(values.at({code}), type) *
           convert(scales.at({i / double(block)}), type);
  }
};

} // namespace

static void mat_mul_bnb4(Node &node) {
  Builder &b = node.b();
  Tensor a = node.input(0, "A");
  node.expect(a.rank() >= 1, "A needs a dimension");
  Size rows = node.int_attr("N"), depth = node.int_attr("K");
  int64_t block = node.int_attr("block_size");
  node.expect(block >= 1 && known_ge(rows, 1) && known_ge(depth, 1),
              "block_size, N and K must be positive");
  int quant_type =
      node.count(node.int_attr("quant_type"), "'quant_type'", 0, 1);
  Size count = rows * depth;
  Weights w{b,
            b.reshape(node.input(1, "B"), {ceildiv(count, 2)}),
            b.reshape(node.input(2, "absmax"), {ceildiv(count, block)}),
            constant_table(b, DType::f32, values_of(quant_type)),
            rows,
            depth,
            block};
  bool transposed = node.flag_attr("transB", true);
  Size summed = transposed ? depth : rows;
  require_equal(b, a.dim(-1), summed, "A's last dimension does not fit B");
  Contraction c;
  c.shape = replaced(a.shape(), a.rank() - 1, transposed ? rows : depth);
  c.reduce = {summed};
  c.accumulator = compute_type(a.dtype());
  c.factors = [&](std::span<const Scalar> p, std::span<const Scalar> k) {
    Scalar left = a.at(joined(p.first(p.size() - 1), k));
    Scalar right = transposed ? w.at(p.back(), k[0], c.accumulator)
                              : w.at(k[0], p.back(), c.accumulator);
    return std::pair(convert(left, c.accumulator), right);
  };
  c.epilogue = [&](std::span<const Scalar>, Scalar sum) {
    return convert(sum, a.dtype());
  };
  node.output(b.contract(c));
}

LANDFALL_ONNX(mat_mul_bnb4, {"MatMulBnb4", 1, mat_mul_bnb4, "com.microsoft"})

} // namespace landfall::frontend
