//===- stored_operands.cpp - Products of dequantised tensors --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/stored_operands.h"

#include "frontend/onnx/families/block_sum.h"
#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/support/permute.h"

#include <bit>

namespace landfall::frontend {

namespace {

using ir::Dequantized;
using Origin = std::shared_ptr<const Dequantized>;

/// The origin of `x`, if it is the node's operand and stored as bytes with one
/// scale, or with one for each index of `axis`.
Origin origin_of(const Node &node, int position, Tensor x, int axis) {
  Any operand = node.any_input(position, "");
  Origin origin = operand.dequantized;
  bool fits = origin && operand.tensor.opaque() == x.opaque() &&
              is_integer(origin->stored.dtype()) &&
              info(origin->stored.dtype()).bits <= 8 &&
              origin->scale.rank() <= 1 &&
              (origin->axis == -1 || origin->axis == axis);
  return fits ? origin : nullptr;
}

/// The largest magnitude of what is multiplied.
double most(const Dequantized &origin) {
  bool is_signed = is_signed_integer(origin.stored.dtype());
  return is_signed && is_nothing(origin.zero) ? 128 : 255;
}

/// Whether sums over so many steps stay within 32 bits.
bool fits_sum(const Dequantized &a, const Dequantized &b, Size depth) {
  std::optional<int64_t> steps = depth.constant();
  return steps && double(*steps) * most(a) * most(b) < 0x1p31;
}

Scalar element(Tensor list, Scalar index) {
  return convert(per_channel(list, index), DType::f32);
}

/// A zero point that is a list of one a row or column of a matrix, as a tensor
/// that broadcasts against it.
Tensor matrix_zero(Builder &b, const Dequantized &origin, bool is_column) {
  return origin.zero && is_column ? by_row(b, origin.zero) : origin.zero;
}

/// The bytes [n, k] of a constant matrix [k, n], or [n, k] if `transposed`, of
/// unsigned integers: signed ones plus half of their range. Several lie in a
/// byte, the first in the lowest bits.
ConstantData packed_bytes(const ConstantData &matrix, bool transposed) {
  int bits = info(matrix.dtype).bits;
  int64_t rows = matrix.dims[transposed ? 0 : 1];
  int64_t depth = matrix.dims[transposed ? 1 : 0], in_a_byte = 8 / bits;
  int half = is_signed_integer(matrix.dtype) ? 1 << (bits - 1) : 0;
  int mask = (1 << bits) - 1;
  std::vector<uint8_t> bytes(size_t(rows * depth / in_a_byte));
  // Some rows at a time, as one of the two is far apart in memory.
  constexpr int64_t tile = 64;
  for (int64_t first = 0; first < rows; first += tile)
    for (int64_t k = 0; k < depth; ++k)
      for (int64_t row = first; row < std::min(first + tile, rows); ++row) {
        int64_t from = transposed ? row * depth + k : k * rows + row;
        int value = (matrix.bytes.data[size_t(from)] + half) & mask;
        bytes[size_t((row * depth + k) / in_a_byte)] |=
            uint8_t(value << (k % in_a_byte * bits));
      }
  return {DType::u8, {rows, depth / in_a_byte}, share_bytes(std::move(bytes))};
}

/// A matrix [blocks, n], or [n, blocks] if `transposed`, as the latter.
Tensor by_point(Tensor matrix, bool transposed) {
  constexpr int swapped[] = {1, 0};
  return transposed ? matrix : permute(matrix, swapped);
}

/// The zero points of packed bytes, in the scales' type; absent: the middle.
Tensor packed_zeros(Builder &b, const Dequantized &origin, bool transposed) {
  DType stored = origin.stored.dtype(), type = origin.scale.dtype();
  double half = is_signed_integer(stored) ? 1 << (info(stored).bits - 1) : 0;
  if (!origin.zero && half != 0)
    return {};
  Tensor zeros = b.map(origin.scale.shape(), type, [&](auto at) {
    return origin.zero ? convert(origin.zero.at(at), type) + half
                       : b.literal(type, half);
  });
  return by_point(zeros, transposed);
}

/// The product with constant weights that are dequantised in blocks of the
/// depth; empty if they are not.
Tensor blocked_product(const Node &node, const MatrixProduct &product) {
  Builder &b = node.b();
  Any operand = node.any_input(1, "");
  Origin origin = operand.dequantized;
  bool transposed = product.transpose_b;
  if (!origin || operand.tensor.opaque() != product.b.opaque() ||
      product.b.rank() != 2 || product.a.rank() < 2 || product.transpose_a ||
      product.accumulator != DType::f32 || origin->scale.rank() != 2 ||
      origin->axis != (transposed ? 1 : 0))
    return {};
  DType type = origin->stored.dtype();
  std::optional<ConstantData> matrix = b.constant_data(origin->stored);
  Size depth = product.b.dim(transposed ? 1 : 0);
  auto blocks = origin->scale.dim(origin->axis).constant();
  if (!matrix || !is_integer(type) || info(type).bits > 8 ||
      std::popcount(unsigned(info(type).bits)) != 1 || info(type).bits == 1 ||
      blocks.value_or(0) <= 0 || *depth.constant() % *blocks != 0)
    return {};
  int64_t block = *depth.constant() / *blocks;
  if (block < 16 || !std::has_single_bit(uint64_t(block)))
    return {};
  Size points = product.b.dim(transposed ? 0 : 1);
  BlockWeights weights(node, b.constant(packed_bytes(*matrix, transposed)),
                       by_point(origin->scale, transposed),
                       packed_zeros(b, *origin, transposed), info(type).bits,
                       points, depth, block);
  require_equal(b, product.a.dim(-1), depth,
                "the inner dimensions of a matrix product differ");
  Contraction c;
  c.shape = replaced(product.a.shape(), product.a.rank() - 1, points);
  c.accumulator = DType::f32;
  sum_over_depth(c, product.a, {}, weights);
  c.epilogue = [&](std::span<const Scalar> point, Scalar sum) {
    return convert(product.epilogue ? product.epilogue(point, sum) : sum,
                   product.result);
  };
  return b.contract(c);
}

void use_stored(const Node &node, MatrixProduct &product) {
  int a_rank = product.a.rank(), b_rank = product.b.rank();
  if (product.accumulator != DType::f32 || a_rank < 2 || b_rank < 2)
    return;
  int rows = a_rank - (product.transpose_a ? 1 : 2);
  int columns = b_rank - (product.transpose_b ? 2 : 1);
  Origin a = origin_of(node, 0, product.a, rows),
         b = origin_of(node, 1, product.b, columns);
  // They are equal; perhaps only one is known.
  Size depth = product.a.dim(product.transpose_a ? -2 : -1);
  if (!depth.is_constant())
    depth = product.b.dim(product.transpose_b ? -1 : -2);
  if (!a || !b || !fits_sum(*a, *b, depth))
    return;
  product.a = a->stored;
  product.b = b->stored;
  product.a_zero = matrix_zero(node.b(), *a, !product.transpose_a);
  product.b_zero = matrix_zero(node.b(), *b, product.transpose_b);
  product.accumulator = DType::i32;
  auto epilogue = std::move(product.epilogue);
  product.epilogue = [=](std::span<const Scalar> point, Scalar sum) {
    // One after the other: the product of scales may leave the range of f32.
    Scalar real = cast(sum, DType::f32) *
                  element(a->scale, point[point.size() - 2]) *
                  element(b->scale, point.back());
    return epilogue ? epilogue(point, real) : real;
  };
}

} // namespace

Tensor stored_product(const Node &node, MatrixProduct product) {
  if (Tensor y = blocked_product(node, product))
    return y;
  use_stored(node, product);
  return matrix_product(node.b(), product);
}

void use_stored(const Node &node, Convolution &conv) {
  if (conv.accumulator != DType::f32)
    return;
  Origin x = origin_of(node, 0, conv.x, -1), w = origin_of(node, 1, conv.w, 0);
  Size depth = product(sublist(conv.w.shape(), 1, conv.w.rank()));
  if (!x || !w || !fits_sum(*x, *w, depth))
    return;
  conv.x = x->stored;
  conv.w = w->stored;
  conv.x_zero = x->zero;
  conv.w_zero = w->zero;
  conv.accumulator = DType::i32;
  auto epilogue = std::move(conv.epilogue);
  conv.epilogue = [=](Scalar channel, Scalar sum) {
    Scalar real = cast(sum, DType::f32) * element(x->scale, channel) *
                  element(w->scale, channel);
    return epilogue ? epilogue(channel, real) : real;
  };
}

} // namespace landfall::frontend
