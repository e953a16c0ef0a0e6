//===- binary.cpp - Operands that broadcast together ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

#include "ir/many_operands.h"

namespace landfall::frontend {

std::pair<Tensor, Tensor> aligned_operands(Node &node, std::string_view a_name,
                                           std::string_view b_name) {
  Tensor a = node.input(0, a_name), b = node.input(1, b_name);
  if (node.version() >= 7 || !node.has_attr("axis"))
    return {a, b};
  int axis = node.axis(node.int_attr("axis"), a.rank() + 1);
  node.expect(axis + b.rank() <= a.rank(), "B does not fit into A at `axis`");
  Shape shape = b.shape();
  shape.resize(a.rank() - axis, 1);
  return {a, node.b().reshape(b, shape)};
}

void binary_operator(Node &node,
                     const std::function<Scalar(Scalar, Scalar)> &f) {
  auto [a, b] = aligned_operands(node);
  node.output(node.b().elementwise(
      {a, b}, [&](std::span<const Scalar> e) { return f(e[0], e[1]); }));
}

void variadic_operator(Node &node,
                       const std::function<Scalar(Scalar, Scalar)> &f,
                       const std::function<Scalar(Scalar)> &finish) {
  Tensors inputs = node.inputs();
  node.expect(!inputs.empty(), "at least one input is needed");
  DType type = inputs[0].dtype();
  auto fold = [&](std::span<const Scalar> e) {
    Scalar result = widen(e[0]);
    for (Scalar next : e.subspan(1))
      result = f(result, widen(next));
    return result;
  };
  auto to_type = [&](Scalar result) {
    return convert(finish ? finish(result) : result, type);
  };
  node.output(ir::fold_elements(node.b(), inputs, fold, to_type));
}

} // namespace landfall::frontend
