//===- top_k.cpp - The k largest or smallest values -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/sorted_entries.h"
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/index_lists.h"
#include "frontend/onnx/support/loose_flags.h"
#include "frontend/onnx/support/order_key.h"
#include "frontend/onnx/support/permute.h"

namespace landfall::frontend {
namespace {

// Values, Indices = the first k along axis in descending (largest) or ascending
// order; of equal values the one with the lower index comes first. Unsorted
// results may come in any order, so these are sorted as well.
void top_k(Node &node, Size k) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  int axis = node.axis(node.int_attr("axis", -1), x.rank());
  bool largest = flag_if_one(node, "largest", true);
  Size extent = x.dim(axis);
  b.require(1 - less(k, 0), "TopK needs a K of at least 0");
  b.require(1 - less(extent, k), "TopK needs a K of at most the axis's extent");
  Shape shape = replaced(x.shape(), axis, k);
  // Rows that lie apart are read many times: they are made dense once.
  bool is_last = axis == x.rank() - 1;
  std::vector<int> order, back;
  for (int d = 0; d < x.rank(); ++d)
    if (d != axis)
      order.push_back(d);
  for (int d = 0; d < x.rank(); ++d)
    back.push_back(d < axis ? d : d == axis ? x.rank() - 1 : d - 1);
  order.push_back(axis);
  Tensor rows = is_last ? x : permute(x, order);
  auto key = [&](std::span<const Scalar> line, Scalar i) {
    return order_key(rows.at(inserted(line, x.rank() - 1, i)), largest);
  };
  KeyedEntries entries{removed(x.shape(), axis), extent,
                       order_key_type(x.dtype()), key};
  Tensor indices = sorted_entries(b, entries, k);
  if (!is_last)
    indices = permute(indices, back);
  if (node.wants_output(0))
    node.output(0, b.map(shape, x.dtype(), [&](std::span<const Scalar> at) {
      return x.at(replaced(at, axis, indices.at(at)));
    }));
  if (node.wants_output(1))
    node.output(1, indices);
}

void top_k_1(Node &node) { top_k(node, node.int_attr("k")); }

void top_k_10(Node &node) { top_k(node, sizes_operand(node, 1, "K", 1)[0]); }

} // namespace

LANDFALL_ONNX(top_k, {"TopK", 1, top_k_1}, {"TopK", 10, top_k_10})

} // namespace landfall::frontend
