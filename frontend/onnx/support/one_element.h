//===- one_element.h - Operands that hold a single value --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// A tensor with exactly one element, as one of rank 0.
inline Tensor one_element(const Node &node, Tensor x) {
  if (x.rank() == 0)
    return x;
  node.b().require(equal(x.element_count(), 1),
                   node.type() + " needs one number, not an operand of shape " +
                       to_string(x.shape()));
  return node.b().reshape(x, Shape{});
}

/// The operand as integers: ONNX's first versions have counts and axes in
/// tensors of the data's type.
inline Tensor whole_numbers(Tensor x) {
  if (!is_real(x.dtype()))
    return x;
  return x.builder().elementwise({x}, [](std::span<const Scalar> e) {
    return cast_saturate(e[0], DType::i64);
  });
}

/// The only element of a required operand as a Size, a real one truncated.
inline Size one_size(const Node &node, int position, std::string_view name) {
  Tensor x = whole_numbers(node.input(position, name));
  return node.b().read(one_element(node, x), 0);
}

/// Inside a body: the only element of a tensor that has one.
inline Scalar only_element(Tensor x) {
  return x.at(Scalars(x.rank(), x.builder().index(0)));
}

} // namespace landfall::frontend
