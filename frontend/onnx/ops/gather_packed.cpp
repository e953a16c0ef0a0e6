//===- gather_packed.cpp - Rows of a packed table ---------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/packed_rows.h"

namespace landfall::frontend {

// output[..., k] = data[indices[...], k] of packed rows; row 0 for indices that
// are out of range
static void gather_packed(Node &node) {
  Builder &b = node.b();
  int64_t depth = node.int_attr("K");
  Tensor data = node.input(0, "data", 2), indices = node.input(1, "indices");
  PackedRows rows(node, data, "data", node.int_attr("packed_type"), depth);
  b.require(less(0, rows.rows()), "data has no row");
  DType type = real_dtype(node, "output_dtype", DType::bf16);
  Shape shape = inserted(indices.shape(), indices.rank(), Size(depth));
  node.output(b.map(shape, type, [&](std::span<const Scalar> p) {
    Scalar given = convert(indices.at(p.first(p.size() - 1)), DType::i64);
    Scalar inside = logical_and(given >= 0, given < b.scalar(rows.rows()));
    return convert(rows.at(select(inside, given, b.index(0)), p.back()), type);
  }));
}

LANDFALL_ONNX(gather_packed,
              {"GatherPacked", 1, gather_packed, "com.microsoft"})

} // namespace landfall::frontend
