//===- transpose.cpp - Permutes dimensions ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/permute.h"

#include <algorithm>

namespace landfall::frontend {

// transposed[i...] = data[j...] with j[perm[k]] = i[k]
static void transpose(Node &node) {
  Tensor data = node.input(0, "data");
  int rank = data.rank();
  std::vector<int64_t> reversed;
  for (int d = rank - 1; d >= 0; --d)
    reversed.push_back(d);
  std::vector<int> order;
  std::vector<bool> used(rank, false);
  for (int64_t entry : node.ints_attr("perm", reversed)) {
    order.push_back(node.axis(entry, rank));
    node.expect(!used[order.back()], "'perm' is not a permutation");
    used[order.back()] = true;
  }
  node.expect(static_cast<int>(order.size()) == rank,
              "'perm' has " + std::to_string(order.size()) +
                  " entries for a tensor of rank " + std::to_string(rank));
  Any transposed = permute(data, order);
  if (auto from = node.any_input(0, "data").dequantized) {
    ir::Dequantized moved = *from;
    moved.stored = permute(from->stored, order);
    if (from->scale.rank() > 1) {
      moved.scale = permute(from->scale, order);
      moved.zero = from->zero ? permute(from->zero, order) : from->zero;
    }
    if (from->axis >= 0)
      moved.axis = int(std::ranges::find(order, from->axis) - order.begin());
    transposed.dequantized = std::make_shared<ir::Dequantized>(moved);
  }
  node.output(transposed);
}

LANDFALL_ONNX(transpose, {"Transpose", 1, transpose})

} // namespace landfall::frontend
