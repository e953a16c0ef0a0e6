//===- recurrence.cpp - Baked states of recurrent layers ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/operands.h"
#include "frontend/onnx/reopen/rules.h"

#include <algorithm>

namespace landfall::frontend {

void reopen_recurrence(Reopening &reopening, NodeState &node) {
  Node view(node);
  Tensor x = view.input(0, "X", 3);
  bool batch_first = view.int_attr("layout", 0) == 1;
  Size batch = x.dim(batch_first ? 0 : 1), steps = x.dim(batch_first ? 1 : 0);
  const Extents &extents = reopening.extents;
  if (auto lengths = integers_of(node, 4);
      lengths && (extents.is_open(batch) || extents.is_open(steps))) {
    auto whole = extents.exported(steps);
    bool is_whole = std::ranges::all_of(
        *lengths, [&](int64_t length) { return length == whole; });
    if (!is_whole)
      refuse_baked(node, "its operand 'sequence_lens'",
                   "was computed for the exported size");
    node.inputs[4] = Any(); // All steps, as without it.
  }
  for (size_t position : {5, 6}) {
    if (!is_constant(node, position) || !extents.is_open(batch))
      continue;
    Tensor state = node.inputs[position].tensor;
    Shape target = state.shape();
    size_t axis = batch_first ? 0 : 1;
    if (target.size() != 3 ||
        extents.exported(batch) != target[axis].constant())
      continue;
    target[axis] = batch;
    Tensor table = reopening.reopened_table(state, target);
    if (!table)
      refuse_baked(node,
                   "its initial state '" +
                       std::string(node.proto.input[position]) + "'",
                   "differs from one element of the batch to the next");
    node.inputs[position] = table;
  }
}

} // namespace landfall::frontend
