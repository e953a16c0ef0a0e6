//===- scatter_nd.cpp - Slices stored at index tuples -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/scatter_reduction.h"
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/index_lists.h"

#include <climits>

namespace landfall::frontend {

// output = data; output[indices[q..., :]..., rest...] op= updates[q...,
// rest...]
static void scatter_nd(Node &node) {
  Builder &b = node.b();
  Tensor data = node.input(0, "data", 1, INT_MAX);
  Tensor indices = node.input(1, "indices", 1, INT_MAX);
  Tensor updates = node.input(2, "updates");
  ScatterReduction reduction = scatter_reduction(node);
  indices =
      node.with_decided_extent(indices, indices.rank() - 1, 1, data.rank(),
                               "the last extent of 'indices'");
  int indexed = node.count(*indices.dim(-1).constant(),
                           "the last extent of 'indices'", 1, data.rank());
  int tuple_rank = indices.rank() - 1;
  node.expect(updates.rank() == tuple_rank + data.rank() - indexed,
              "'updates' does not fit data and indices in rank");
  Shape tuples = sublist(indices.shape(), 0, tuple_rank);
  Shape rest = sublist(data.shape(), indexed, data.rank());
  Shape expected = joined(tuples, rest);
  for (int d = 0; d < updates.rank(); ++d)
    b.require(equal(updates.dim(d), expected[d]),
              "'updates' does not fit data and indices in shape");
  CheckedIndex index(node, indices, sublist(data.shape(), 0, indexed));
  LoopsResult result{data.dtype(), data.shape(), data};
  // Tuples may repeat, so they are taken in order; the slices' elements are
  // independent.
  node.output(b.loops(
      rest, {&result, 1},
      [&](std::span<const Scalar> at, std::span<const Buffer> results) {
        Scalars inner(at.begin(), at.end());
        b.fold(tuples, {},
               [&](std::span<const Scalar> q, std::span<const Scalar>) {
                 Scalars tuple(q.begin(), q.end()), target;
                 for (int k = 0; k < indexed; ++k)
                   target.push_back(
                       index.at(inserted(tuple, tuple_rank, b.index(k))));
                 scatter_store(reduction, results[0], joined(target, inner),
                               updates.at(joined(tuple, inner)));
                 return Scalars();
               });
      })[0]);
}

LANDFALL_ONNX(scatter_nd, {"ScatterND", 11, scatter_nd})

} // namespace landfall::frontend
