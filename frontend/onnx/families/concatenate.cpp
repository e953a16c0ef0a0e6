//===- concatenate.cpp - Tensors side by side -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/concatenate.h"

#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {
namespace {

/// More inputs than this are joined in groups: copying twice costs less than so
/// many guarded loads an element.
constexpr size_t most_pulled = 8;

/// The result's extents: the axis's sum up, the others are required equal and
/// taken from the input for which they are constants, if there is one.
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

/// Each element asks which input it comes from: fuses with what is around it,
/// but costs a guarded load an input.
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

} // namespace

Tensor concatenate(const Node &node, std::span<const Tensor> inputs, int axis) {
  if (inputs.size() == 1)
    return inputs[0];
  Shape shape = concatenated_shape(node, inputs, axis);
  if (inputs.size() <= most_pulled)
    return pull(node.b(), inputs, axis, shape);
  Tensors groups;
  for (size_t k = 0; k < inputs.size(); k += most_pulled)
    groups.push_back(concatenate(
        node, inputs.subspan(k, std::min(most_pulled, inputs.size() - k)),
        axis));
  return concatenate(node, groups, axis);
}

} // namespace landfall::frontend
