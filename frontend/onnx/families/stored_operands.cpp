//===- stored_operands.cpp - Products of dequantised tensors --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/stored_operands.h"

#include "frontend/onnx/families/quantization.h"

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

} // namespace

void use_stored(const Node &node, MatrixProduct &product) {
  int a_rank = product.a.rank(), b_rank = product.b.rank();
  if (product.accumulator != DType::f32 || a_rank < 2 || b_rank < 2)
    return;
  int rows = a_rank - (product.transpose_a ? 1 : 2);
  int columns = b_rank - (product.transpose_b ? 2 : 1);
  Origin a = origin_of(node, 0, product.a, rows),
         b = origin_of(node, 1, product.b, columns);
  Size depth = product.a.dim(product.transpose_a ? -2 : -1);
  if (!a || !b || !fits_sum(*a, *b, depth))
    return;
  product.a = a->stored;
  product.b = b->stored;
  product.a_zero = matrix_zero(node.b(), *a, !product.transpose_a);
  product.b_zero = matrix_zero(node.b(), *b, product.transpose_b);
  product.accumulator = DType::i32;
  auto epilogue = std::move(product.epilogue);
  product.epilogue = [=](std::span<const Scalar> point, Scalar sum) {
    Scalar scale = element(a->scale, point[point.size() - 2]) *
                   element(b->scale, point.back());
    Scalar real = cast(sum, DType::f32) * scale;
    return epilogue ? epilogue(point, real) : real;
  };
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
    Scalar scale = element(x->scale, channel) * element(w->scale, channel);
    Scalar real = cast(sum, DType::f32) * scale;
    return epilogue ? epilogue(channel, real) : real;
  };
}

} // namespace landfall::frontend
