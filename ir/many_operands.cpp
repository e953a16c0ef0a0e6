//===- many_operands.cpp - Operations on any number of tensors ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/many_operands.h"

#include "base/build_error.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace landfall::ir {
namespace {

/// More inputs than this are joined in groups: copying twice costs less than so
/// many guarded loads an element.
constexpr size_t most_joined = 8;

/// One load an operand, all of them used: as many as compile in good time.
constexpr size_t most_folded = 64;

void check_alike(std::span<const Tensor> inputs) {
  for (Tensor input : inputs) {
    if (input.rank() != inputs[0].rank())
      throw BuildError(ErrorCode::invalid_model, "inputs differ in rank");
    if (input.dtype() != inputs[0].dtype())
      throw BuildError(ErrorCode::invalid_model, "inputs differ in type");
  }
}

/// Without those that are known to have nothing along the axis: they add
/// nothing, whatever their other extents are.
Tensors not_empty(std::span<const Tensor> inputs, int axis) {
  Tensors result;
  std::ranges::copy_if(inputs, std::back_inserter(result), [&](Tensor input) {
    return input.dim(axis) != Size(0);
  });
  return result;
}

/// The result's extents: the axis's sum up, the others are required equal and
/// taken from the input for which they are constants, if there is one.
Shape joined_shape(Builder &b, std::span<const Tensor> inputs, int axis) {
  Shape shape = inputs[0].shape();
  for (Tensor input : inputs.subspan(1)) {
    for (int d = 0; d < input.rank(); ++d) {
      if (d == axis) {
        shape[d] = shape[d] + input.dim(d);
        continue;
      }
      b.require(
          equal(shape[d], input.dim(d)),
          fmt::format("the inputs' extents of dimension {} must be equal", d));
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
      Scalars source(indices.begin(), indices.end());
      if (base != Size(0))
        source[axis] = position - b.scalar(base);
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

Tensor concatenate(Builder &b, std::span<const Tensor> inputs, int axis) {
  check_alike(inputs);
  Tensors filled = not_empty(inputs, axis);
  if (!filled.empty())
    inputs = filled;
  if (inputs.size() == 1)
    return inputs[0];
  Shape shape = joined_shape(b, inputs, axis);
  if (inputs.size() <= most_joined)
    return pull(b, inputs, axis, shape);
  Tensors groups;
  for (size_t k = 0; k < inputs.size(); k += most_joined)
    groups.push_back(concatenate(
        b, inputs.subspan(k, std::min(most_joined, inputs.size() - k)), axis));
  return concatenate(b, groups, axis);
}

Tensor fold_elements(Builder &b, std::span<const Tensor> inputs,
                     const ElementBody &fold,
                     const std::function<Scalar(Scalar)> &finish) {
  Tensors group;
  while (group.size() + inputs.size() > most_folded) {
    size_t taken = most_folded - group.size();
    group.insert(group.end(), inputs.begin(), inputs.begin() + taken);
    inputs = inputs.subspan(taken);
    group = {b.elementwise(group, fold)};
  }
  group.insert(group.end(), inputs.begin(), inputs.end());
  return b.elementwise(group, [&](std::span<const Scalar> elements) {
    return finish(fold(elements));
  });
}

} // namespace landfall::ir
