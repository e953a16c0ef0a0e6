//===- matrix_product.cpp - Batched matrix products -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/matrix_product.h"

#include "frontend/onnx/families/quantization.h"
#include "frontend/onnx/families/weight_sums.h"

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
  /// The zero point is subtracted from the sums.
  bool shifts_sums = false;

  Size extent(bool inner) const {
    return tensor.dim(inner != transposed ? -1 : -2);
  }
  Shape batch() const {
    const Shape &shape = tensor.shape();
    return Shape(shape.begin(), shape.end() - 2);
  }
  /// `batch_indices` index the result's batch dimensions `batch_shape`.
  Scalars indices_of(std::span<const Scalar> batch_indices,
                     const Shape &batch_shape, Scalar outer,
                     Scalar inner) const {
    Scalars indices;
    size_t own = tensor.rank() - 2;
    size_t skipped = batch_shape.size() - own;
    for (size_t i = 0; i < own; ++i)
      indices.push_back(broadcast_index(b, tensor.dim(int(i)),
                                        batch_shape[skipped + i],
                                        batch_indices[skipped + i]));
    indices.push_back(transposed ? inner : outer);
    indices.push_back(transposed ? outer : inner);
    return indices;
  }
  Scalar at(const Scalars &indices) const {
    Scalar element = convert(tensor.at(indices), type);
    if (!zero)
      return element;
    Scalar shift = b.broadcast_at(zero, indices); // Checks its shape, too.
    return is_shifted && !shifts_sums ? element - convert(shift, type)
                                      : element;
  }
  /// Whether zero points differ along one dimension at most, which is counted
  /// from the end.
  bool has_zeros_along(int along) const {
    for (int dim = 0; zero && dim < zero.rank(); ++dim)
      if (dim - zero.rank() != along && zero.dim(dim) != Size(1))
        return false;
    return true;
  }
};

/// Sums of the right side's columns that zero points of the left side are
/// multiplied with, if the right side is a constant.
Tensor column_sums(Builder &b, const Operand &left, const Operand &right) {
  bool is_one_along_depth =
      !left.zero || left.zero.rank() == 0 || left.zero.dim(-1) == Size(1);
  int along = right.transposed ? -2 : -1;
  if (!left.is_shifted || left.transposed || !is_one_along_depth ||
      left.type != DType::i32 || right.tensor.rank() != 2 ||
      !right.has_zeros_along(along))
    return {};
  return weight_sums(b, right.tensor, right.zero, along);
}

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

  Tensor sums = column_sums(b, left, right);
  left.shifts_sums = bool(sums);

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
    return std::pair(
        left.at(left.indices_of(batch_indices, batch, m, reduce[0])),
        right.at(right.indices_of(batch_indices, batch, reduce[0], n)));
  };
  c.epilogue = [&](std::span<const Scalar> point, Scalar sum) {
    if (sums) {
      Scalar m = point[batch.size()], n = point[batch.size() + 1];
      Scalar shift =
          b.broadcast_at(left.zero, left.indices_of(point.first(batch.size()),
                                                    batch, m, b.index(0)));
      sum = sum - convert(shift, sum.dtype()) * sums.at({n});
    }
    return convert(p.epilogue ? p.epilogue(point, sum) : sum, p.result);
  };
  return drop_vector_dims(b, b.contract(c), a_vector, b_vector);
}

} // namespace landfall::frontend
