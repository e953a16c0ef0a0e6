//===- training_step.cpp - Optimiser updates over groups --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/training_step.h"

#include "frontend/onnx/support/one_element.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

void training_operator(Node &node, int states, const TrainingStep &step) {
  int lists = 2 + states;
  int groups = (node.input_count() - 2) / lists;
  node.expect(groups > 0 && node.input_count() == 2 + groups * lists,
              "the optimised tensors, gradients and states must be equally "
              "many");
  Tensor rate = one_element(node, node.input(0, "R"));
  Tensor count = one_element(node, node.input(1, "T"));
  Builder &b = node.b();
  for (int g = 0; g < groups; ++g) {
    Tensors group;
    for (int list = 0; list < lists; ++list)
      group.push_back(node.input(2 + list * groups + g, "inputs"));
    for (Tensor tensor : group)
      require_same_shape(node, group[0], tensor,
                         "a tensor, its gradient and its states");
    DType type = group[0].dtype(), real = compute_type(type);
    std::vector<DType> types(1 + states, type);
    auto body = [&](std::span<const Scalar> i) {
      Scalars elements;
      for (Tensor tensor : group)
        elements.push_back(convert(tensor.at(i), real));
      Scalars updated = step(convert(rate.at({}), real),
                             convert(count.at({}), real), elements);
      for (Scalar &value : updated)
        value = convert(value, type);
      return updated;
    };
    Tensors updated = b.map(group[0].shape(), types, body);
    for (int k = 0; k <= states; ++k)
      node.output(k * groups + g, updated[k]);
  }
}

} // namespace landfall::frontend
