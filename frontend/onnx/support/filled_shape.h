//===- filled_shape.h - Shapes of operators that fill -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {

/// The shape of the result of Caffe2's fillers: attribute `shape` or, with an
/// operand, its shape, or its elements if `input_as_shape`; then `extra_shape`.
inline Shape filled_shape(const Node &node, std::string_view operand) {
  Shape shape;
  if (!node.has_input(0))
    shape = to_sizes(node.ints_attr("shape"));
  else if (node.flag_attr("input_as_shape", false))
    shape = node.input_sizes(0, operand);
  else
    shape = node.input(0, operand).shape();
  shape = joined(shape, to_sizes(node.ints_attr("extra_shape")));
  for (Size extent : shape)
    node.b().require(1 - less(extent, 0),
                     node.type() + " needs extents of at least 0");
  return shape;
}

} // namespace landfall::frontend
