//===- gather_nd.cpp - Slices picked by index tuples ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/index_lists.h"

#include <algorithm>
#include <climits>

namespace landfall::frontend {

// output[batch..., q..., rest...] =
//     data[batch..., indices[batch..., q..., 0], ..., [.., k-1], rest...]
static void gather_nd(Node &node) {
  Builder &b = node.b();
  Tensor data = node.input(0, "data", 1, INT_MAX);
  Tensor indices = node.input(1, "indices", 1, INT_MAX);
  int batch = node.count(node.int_attr("batch_dims", 0), "'batch_dims'", 0,
                         std::min(data.rank(), indices.rank()) - 1);
  indices = node.with_decided_extent(indices, indices.rank() - 1, 1,
                                     data.rank() - batch,
                                     "the last extent of 'indices'");
  int indexed = batch + node.count(*indices.dim(-1).constant(),
                                   "the last extent of 'indices'", 1,
                                   data.rank() - batch);
  const Shape &dims = data.shape();
  for (int d = 0; d < batch; ++d)
    b.require(equal(dims[d], indices.dim(d)),
              "data and indices must agree in the batch dimensions");
  CheckedIndex index(node, indices, sublist(dims, batch, indexed));
  int tuple_rank = indices.rank() - 1;
  Shape shape = joined(sublist(indices.shape(), 0, tuple_rank),
                       sublist(dims, indexed, data.rank()));
  node.output(b.map(shape, data.dtype(), [&](std::span<const Scalar> at) {
    Scalars tuple = sublist(at, 0, tuple_rank);
    Scalars source = sublist(at, 0, batch);
    for (int k = 0; k < indexed - batch; ++k)
      source.push_back(index.at(inserted(tuple, tuple_rank, b.index(k))));
    return data.at(joined(source, sublist(at, tuple_rank, at.size())));
  }));
}

LANDFALL_ONNX(gather_nd, {"GatherND", 11, gather_nd},
              {"GatherND", 1, gather_nd, "com.microsoft"})

} // namespace landfall::frontend
