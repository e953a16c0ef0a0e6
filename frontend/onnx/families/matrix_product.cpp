//===- matrix_product.cpp - Batched matrix products -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"

#include "frontend/onnx/families/quantization.h"

namespace landfall::frontend {

namespace {

/// One operand: how a result's indices reach its elements.
struct Operand {
  Builder &b;
  Tensor tensor;
  bool transposed;
  Tensor zero;
  DType type;
  bool is_shifted = !is_nothing(zero);

  Size extent(bool inner) const {
    return tensor.dim(inner != transposed ? -1 : -2);
  }
  Shape batch() const {
    const Shape &shape = tensor.shape();
    return Shape(shape.begin(), shape.end() - 2);
  }
  /// `batch_indices` index the result's batch dimensions `batch_shape`.
  Scalar at(std::span<const Scalar> batch_indices, const Shape &batch_shape,
            Scalar outer, Scalar inner) const {
    Scalars indices;
    size_t own = tensor.rank() - 2;
    size_t skipped = batch_shape.size() - own;
    for (size_t i = 0; i < own; ++i)
      indices.push_back(broadcast_index(b, tensor.dim(int(i)),
                                        batch_shape[skipped + i],
                                        batch_indices[skipped + i]));
    indices.push_back(transposed ? inner : outer);
    indices.push_back(transposed ? outer : inner);
    Scalar element = convert(tensor.at(indices), type);
    if (!zero)
      return element;
    Scalar shift = b.broadcast_at(zero, indices); // Checks its shape, too.
    return is_shifted ? element - convert(shift, type) : element;
  }
};

/// The result without the dimension that a rank-1 operand lacks.
Tensor drop_vector_dims(Builder &b, Tensor y, bool a_vector, bool b_vector) {
  if (!a_vector && !b_vector)
    return y;
  Shape shape = y.shape();
  if (b_vector)
    shape.pop_back();
  if (a_vector)
    shape.erase(shape.end() - (b_vector ? 1 : 2));
  return b.reshape(y, shape);
}

} // namespace

Tensor by_row(Builder &b, Tensor parameter) {
  if (!parameter || parameter.rank() != 1)
    return parameter;
  return b.reshape(parameter, {parameter.dim(0), 1});
}

Tensor matrix_product(Builder &b, const MatrixProduct &p) {
  if (p.a.rank() == 0 || p.b.rank() == 0)
    throw BuildError(ErrorCode::invalid_model,
                     "a matrix product needs operands of rank 1 or more");
  bool a_vector = p.a.rank() == 1;
  bool b_vector = p.b.rank() == 1;
  Operand left{b, a_vector ? b.reshape(p.a, {1, p.a.dim(0)}) : p.a,
               p.transpose_a && !a_vector, p.a_zero, p.accumulator};
  Operand right{b, b_vector ? b.reshape(p.b, {p.b.dim(0), 1}) : p.b,
                p.transpose_b && !b_vector, p.b_zero, p.accumulator};
  Size depth = left.extent(true);
  require_equal(b, depth, right.extent(false),
                "the inner dimensions of a matrix product differ");

  Shape batches[] = {left.batch(), right.batch()};
  Shape batch = b.broadcast_shapes(batches);
  Contraction c;
  c.shape = batch;
  c.shape.push_back(left.extent(false));
  c.shape.push_back(right.extent(true));
  c.reduce = {depth};
  c.accumulator = p.accumulator;
  c.factors = [&](std::span<const Scalar> point,
                  std::span<const Scalar> reduce) {
    auto batch_indices = point.first(batch.size());
    Scalar m = point[batch.size()];
    Scalar n = point[batch.size() + 1];
    return std::pair(left.at(batch_indices, batch, m, reduce[0]),
                     right.at(batch_indices, batch, reduce[0], n));
  };
  c.epilogue = [&](std::span<const Scalar> point, Scalar sum) {
    return convert(p.epilogue ? p.epilogue(point, sum) : sum, p.result);
  };
  return drop_vector_dims(b, b.contract(c), a_vector, b_vector);
}

} // namespace landfall::frontend
