//===- flatten.cpp - Two dimensions of many ---------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

// output = input as [product(dims before axis), product(dims from axis)]
static void flatten(Node &node) {
  Tensor input = node.input(0, "input");
  int64_t given = node.int_attr("axis", 1); // At most the rank itself.
  int axis =
      given == input.rank() ? input.rank() : node.axis(given, input.rank());
  std::span<const Size> dims = input.shape();
  node.output(node.b().reshape(
      input, {product(dims.first(axis)), product(dims.subspan(axis))}));
}

LANDFALL_ONNX(flatten, {"Flatten", 1, flatten})

} // namespace landfall::frontend
