//===- constant_of_shape.cpp - One value everywhere -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

// output[i...] = value (0.0f if there is none), with the extents in `input`
static void constant_of_shape(Node &node) {
  Builder &b = node.b();
  node.input(0, "input", 1);
  Shape shape = node.input_sizes(0, "input");
  for (Size extent : shape)
    b.require(1 - less(extent, 0),
              "ConstantOfShape needs extents of at least 0");
  float zero = 0;
  auto given = node.tensor_attr("value");
  Tensor value = b.constant(
      given ? *given : owned_constant<float>(DType::f32, {}, {&zero, 1}));
  node.expect(value.element_count() == Size(1), "'value' needs one element");
  node.output(b.map(shape, value.dtype(), [&](std::span<const Scalar>) {
    return only_element(value);
  }));
}

LANDFALL_ONNX(constant_of_shape, {"ConstantOfShape", 9, constant_of_shape})

} // namespace landfall::frontend
