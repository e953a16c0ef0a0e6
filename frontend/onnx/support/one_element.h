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

/// The only element of a required integer operand as a Size.
inline Size one_size(const Node &node, int position, std::string_view name) {
  return node.b().read(one_element(node, node.input(position, name)), 0);
}

/// Inside a body: the only element of a tensor that has one.
inline Scalar only_element(Tensor x) {
  return x.at(Scalars(x.rank(), x.builder().index(0)));
}

} // namespace landfall::frontend
