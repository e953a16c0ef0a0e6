//===- gradient.cpp - Partial derivatives of a value ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Reverse-mode differentiation: what leads from the values named by xs and zs
// to y is imported once more, for the inputs in their place; then from the last
// of these nodes to the first, gradients of what a node gives become those of
// what it takes.
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/families/adjoint.h"
#include "frontend/onnx/importer/replay.h"

#include <map>

namespace landfall::frontend {

namespace {

/// The gradients so far, by the value that they belong to.
class Gradients {
public:
  void add(Tensor value, Tensor gradient) {
    Tensor &sum = sums_[value.opaque()];
    sum = !sum ? gradient
               : value.builder().elementwise(
                     {sum, gradient}, [](auto e) { return e[0] + e[1]; });
  }
  Tensor of(Tensor value) const {
    auto found = sums_.find(value.opaque());
    return found == sums_.end() ? Tensor() : found->second;
  }

private:
  std::map<void *, Tensor> sums_;
};

Tensor filled(Tensor like, double value) {
  Builder &b = like.builder();
  return b.map(like.shape(), like.dtype(), [&](std::span<const Scalar>) {
    return b.literal(like.dtype(), value);
  });
}

void propagate(Replay &replay, size_t step, Gradients &gradients) {
  Node node = replay.node(step);
  std::span<const Any> outputs = replay.outputs(step);
  Tensor dy;
  for (size_t k = 0; k < outputs.size(); ++k)
    if (Tensor own =
            outputs[k].tensor ? gradients.of(outputs[k].tensor) : Tensor()) {
      if (k > 0)
        node.unsupported("the gradient of a second result");
      dy = own;
    }
  if (!dy)
    return; // y does not depend on it, or is a whole number.
  // Where a result is the operand itself, so is its gradient.
  for (const Any &input : replay.inputs(step))
    if (input.tensor && input.tensor.opaque() == outputs[0].tensor.opaque())
      return;
  Adjoint adjoint{node, {}, outputs[0].tensor, dy};
  for (const Any &input : replay.inputs(step)) {
    node.expect(!input.box, "a gradient needs tensors");
    adjoint.inputs.push_back(input.tensor);
  }
  Tensors results = adjoint_of(adjoint);
  for (size_t k = 0; k < results.size() && k < adjoint.inputs.size(); ++k)
    if (results[k] && adjoint.inputs[k] && is_real(adjoint.inputs[k].dtype()))
      gradients.add(adjoint.inputs[k], results[k]);
}

// The derivatives of the sum of y's elements with respect to each of xs
void gradient(Node &node) {
  std::vector<std::string> xs = node.strings_attr("xs"), sources = xs;
  if (node.has_attr("zs"))
    for (const std::string &z : node.strings_attr("zs"))
      sources.push_back(z);
  node.expect(int(sources.size()) == node.input_count(),
              "it needs an input for each of xs and zs");
  // A tensor of each source's own, so that two equal ones are told apart.
  std::vector<Any> values;
  for (size_t k = 0; k < sources.size(); ++k) {
    Tensor x = node.input(int(k), sources[k]);
    values.emplace_back(
        node.b().map(x.shape(), x.dtype(),
                     [&](std::span<const Scalar> p) { return x.at(p); }));
  }
  Replay replay(node, sources, values, node.string_attr("y"));
  Tensor y = node.tensor_in(replay.result(), "y");
  node.expect(is_real(y.dtype()), "y must hold real numbers");
  Gradients gradients;
  gradients.add(y, filled(y, 1));
  for (size_t step = replay.size(); step-- > 0;)
    propagate(replay, step, gradients);
  for (size_t k = 0; k < xs.size(); ++k) {
    Tensor dx = gradients.of(values[k].tensor);
    if (node.wants_output(int(k)))
      node.output(int(k), dx ? dx : filled(values[k].tensor, 0));
  }
}

} // namespace

LANDFALL_ONNX(gradient, {"Gradient", 1, gradient, "ai.onnx.preview.training"})

} // namespace landfall::frontend
