//===- note_results.cpp - How extents of results were made ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reshape_readings.h"
#include "frontend/onnx/reopen/rules.h"

namespace landfall::frontend {

static void note_flatten(Extents &extents, Tensor from, Tensor to) {
  auto readings = reshape_readings(extents, from.shape(), to.shape());
  if (readings.size() == 1)
    note_factors(extents, readings[0]);
}

static void note_sum(Reopening &reopening, Tensor from, Tensor to) {
  const Extents &extents = reopening.extents;
  Size before = from.element_count(), after = to.element_count();
  auto many = extents.exported(before), few = extents.exported(after);
  bool is_free =
      before.is_constant() != after.is_constant() || extents.is_open(before);
  if (is_free && many && few && *few > 0 && *many > *few)
    reopening.note_sum(to, *many / *few);
}

static void note_concat(Extents &extents, NodeState &node, Tensor to) {
  int64_t axis = Node(node).int_attr("axis");
  int d = static_cast<int>(axis < 0 ? axis + to.rank() : axis);
  Shape pieces;
  for (const Any &input : node.inputs)
    if (!input.tensor)
      return;
    else
      pieces.push_back(input.tensor.dim(d));
  extents.note_sum(to.dim(d), pieces);
}

void note_results(Reopening &reopening, NodeState &node) {
  if (node.outputs.empty() || !node.outputs[0].tensor)
    return;
  Tensor to = node.outputs[0].tensor;
  if (node.type == "Flatten")
    note_flatten(reopening.extents, node.inputs[0].tensor, to);
  if (node.type == "ReduceSum")
    note_sum(reopening, node.inputs[0].tensor, to);
  if (node.type == "Concat")
    note_concat(reopening.extents, node, to);
}

} // namespace landfall::frontend
