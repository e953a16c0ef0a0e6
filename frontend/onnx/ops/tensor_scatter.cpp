//===- tensor_scatter.cpp - New entries of a cache --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/operator.h"
#include "frontend/onnx/support/index_lists.h"

#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

// present = past; present[n, ..., write_indices[n] + s, ...] = update[n, .., s]
// along axis; in circular mode positions wrap around.
static void tensor_scatter(Node &node) {
  Builder &b = node.b();
  Tensor past = node.input(0, "past_cache");
  Tensor update = node.input(1, "update");
  Tensor starts = node.optional_input(2, "write_indices");
  if (starts)
    require_list(node, starts, "write_indices", past.dim(0));
  int axis = node.axis(node.int_attr("axis", -2), past.rank());
  std::string mode = node.string_attr("mode", "linear");
  node.expect(mode == "linear" || mode == "circular",
              "'mode' is '" + mode + "'; expected linear or circular");
  node.expect(axis != 0, "'axis' must not be the batch dimension");
  node.expect(update.rank() == past.rank(),
              "past_cache and update must have one rank");
  for (int d = 0; d < past.rank(); ++d)
    b.require(d == axis ? 1 - less(past.dim(d), update.dim(d))
                        : equal(past.dim(d), update.dim(d)),
              "update must fit into past_cache");
  LoopsResult result{past.dtype(), past.shape(), past};
  node.output(
      b.loops(update.shape(), {&result, 1},
              [&](std::span<const Scalar> at, std::span<const Buffer> results) {
                Scalar extent = b.scalar(past.dim(axis));
                Scalar target = at[axis];
                if (starts)
                  target = target + cast(starts.at({at[0]}), DType::i64);
                if (mode == "circular")
                  target = target % extent;
                b.check(logical_and(target >= 0, target < extent),
                        "TensorScatter writes at a position outside the cache",
                        "position", target);
                results[0].store(replaced(at, axis, target), update.at(at));
              })[0]);
}

LANDFALL_ONNX(tensor_scatter, {"TensorScatter", 24, tensor_scatter})

} // namespace landfall::frontend
