//===- one_hot.cpp - Indices as indicator vectors ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"
#include "frontend/onnx/support/index_lists.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {
namespace {

/// The operand may be of any numeric type.
Size depth_of(Node &node) {
  Tensor depth = one_element(node, node.input(1, "depth"));
  if (!is_integer(depth.dtype()))
    depth = node.b().elementwise({depth},
                                 [](auto x) { return cast(x[0], DType::i64); });
  return node.b().read_required(depth, 0, {0, INT64_MAX},
                                "OneHot needs a depth of at least 0");
}

// output[i.., d, j..] = values[1] where indices[i.., j..] is d (or d - depth),
// else values[0]
void one_hot(Node &node) {
  Builder &b = node.b();
  Tensor indices = node.input(0, "indices");
  Tensor values = node.input(2, "values", 1);
  b.require(equal(values.dim(0), 2), "'values' holds two: off and on");
  Size depth = depth_of(node);
  int axis = node.axis(node.int_attr("axis", -1), indices.rank() + 1);
  Shape shape = inserted(indices.shape(), axis, depth);
  node.output(b.map(shape, values.dtype(), [&](std::span<const Scalar> at) {
    Scalar index = cast(indices.at(removed(at, axis)), DType::i64);
    index = select(index < 0, index + b.scalar(depth), index);
    return select(index == at[axis], values.at({b.index(1)}),
                  values.at({b.index(0)}));
  }));
}

} // namespace

LANDFALL_ONNX(one_hot, {"OneHot", 9, one_hot})

} // namespace landfall::frontend
