//===- concatenate.cpp - Tensors side by side -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/concatenate.h"

#include "frontend/onnx/families/index_lists.h"

namespace landfall::onnx {
namespace {

/// The result's extents: the axis's sum up, the others are required equal and
/// taken from the input that knows them best.
Shape concatenated_shape(const Node &node, std::span<const Tensor> inputs,
                         int axis) {
  Shape shape = inputs[0].shape();
  for (Tensor input : inputs.subspan(1)) {
    node.expect(input.rank() == static_cast<int>(shape.size()),
                "inputs differ in rank");
    node.expect(input.dtype() == inputs[0].dtype(), "inputs differ in type");
    for (int d = 0; d < input.rank(); ++d) {
      if (d == axis) {
        shape[d] = shape[d] + input.dim(d);
        continue;
      }
      node.b().require(equal(shape[d], input.dim(d)),
                       "the inputs' extents of dimension " + std::to_string(d) +
                           " must be equal");
      if (input.dim(d).is_constant())
        shape[d] = input.dim(d);
    }
  }
  return shape;
}

/// Pulls: each element asks which input it comes from. Fuses with what is
/// around it, but costs a guarded load an input.
Tensor pull(Builder &b, std::span<const Tensor> inputs, int axis,
            const Shape &shape) {
  DType dtype = inputs[0].dtype();
  return b.map(shape, dtype, [&](std::span<const Scalar> indices) {
    Scalar position = indices[axis];
    Scalar value = b.literal(dtype, 0);
    Size base = 0;
    for (size_t k = 0; k < inputs.size(); ++k) {
      Size end = base + inputs[k].dim(axis);
      Scalar local = base == Size(0) ? position : position - b.scalar(base);
      Scalars source = replaced(indices, axis, local);
      bool first = k == 0, last = k + 1 == inputs.size();
      Scalar guard =
          last ? position >= b.scalar(base) : position < b.scalar(end);
      if (!first && !last)
        guard = logical_and(guard, position >= b.scalar(base));
      value = inputs[k].at_or(source, guard, value);
      base = end;
    }
    return value;
  });
}

/// Pushes: each input is copied to its place, rows of everything from the axis
/// on at once.
Tensor push(Builder &b, std::span<const Tensor> inputs, int axis,
            const Shape &shape) {
  std::span<const Size> dims = shape;
  Size rows = product(dims.first(axis));
  Size inner = product(dims.subspan(axis + 1));
  Shape flat = {rows, shape[axis] * inner};
  Tensor result;
  Size base = 0;
  for (Tensor input : inputs) {
    Size length = input.dim(axis) * inner;
    if (length == Size(0))
      continue;
    Tensor source = b.reshape(input, {rows, length});
    LoopsResult target{input.dtype(), flat, result};
    result = b.loops(
        {rows, length}, {&target, 1},
        [&](std::span<const Scalar> at, std::span<const Buffer> results) {
          results[0].store({at[0], at[1] + b.scalar(base)}, source.at(at));
        })[0];
    base = base + length;
  }
  return result ? b.reshape(result, shape) : Tensor();
}

} // namespace

Tensor concatenate(const Node &node, std::span<const Tensor> inputs, int axis) {
  if (inputs.size() == 1)
    return inputs[0];
  Builder &b = node.b();
  Shape shape = concatenated_shape(node, inputs, axis);
  // Few inputs, or the small integers of shape arithmetic.
  auto count = product(shape).constant();
  bool small = is_integer(inputs[0].dtype()) && count && *count <= 64;
  if (inputs.size() > 3 && !small)
    if (Tensor result = push(b, inputs, axis, shape))
      return result;
  return pull(b, inputs, axis, shape);
}

} // namespace landfall::onnx
