//===- reduce_sum_integer.cpp - Sums of bytes -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/reduce.h"

namespace landfall::frontend {

// reduced = the sum of data along axes, in 32 bits
static void reduce_sum_integer(Node &node) {
  Tensor data = node.input(0, "data");
  DType type = data.dtype() == DType::i8 ? DType::i32 : DType::u32;
  Tensor wide = node.b().elementwise(
      {data}, [&](std::span<const Scalar> e) { return cast(e[0], type); });
  reduce_operator(node, wide, -1, false,
                  [](const Row &row) { return row.sum(); });
}

LANDFALL_ONNX(reduce_sum_integer,
              {"ReduceSumInteger", 1, reduce_sum_integer, "com.microsoft"})

} // namespace landfall::frontend
