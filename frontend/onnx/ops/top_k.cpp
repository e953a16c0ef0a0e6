//===- top_k.cpp - The k largest or smallest values -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/select_first.h"
#include "frontend/onnx/support/axis_list.h"
#include "frontend/onnx/support/index_lists.h"

namespace landfall::frontend {
namespace {

// Values, Indices = the first k along axis in descending (largest) or ascending
// order; of equal values the one with the lower index comes first. Unsorted
// results may come in any order, so these are sorted as well.
void top_k(Node &node, Size k) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  int axis = node.axis(node.int_attr("axis", -1), x.rank());
  bool largest = node.flag_attr("largest", true);
  Size extent = x.dim(axis);
  b.require(1 - less(k, 0), "TopK needs a K of at least 0");
  b.require(1 - less(extent, k), "TopK needs a K of at most the axis's extent");
  Shape shape = replaced(x.shape(), axis, k);
  LoopsResult order{DType::i64, shape, {}};
  Tensor indices = b.loops(
      removed(x.shape(), axis), {&order, 1},
      [&](std::span<const Scalar> line, std::span<const Buffer> results) {
        auto value = [&](Scalar i) { return x.at(inserted(line, axis, i)); };
        EntryRow row = {
            [&](Scalar i) { return results[0].at(inserted(line, axis, i)); },
            [&](Scalar i, Scalar entry) {
              results[0].store(inserted(line, axis, i), entry);
            }};
        auto before = [&](Scalar i, Scalar j) {
          Scalar a = value(i), c = value(j);
          Scalar tie = logical_not(value_before(c, a, largest));
          return logical_or(value_before(a, c, largest),
                            logical_and(tie, i < j));
        };
        select_first(b, row, before, b.scalar(extent), b.scalar(k));
      })[0];
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
