//===- lp_normalization.cpp - Divides by a norm along an axis ---*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

// p = 1: output = input / sum(|input|); p = 2: input / sqrt(sum(input^2)).
// Where the norm is 0, so is the output.
static void lp_normalization(Node &node) {
  Tensor input = real_input(node, 0, "input");
  int axis = node.axis(node.int_attr("axis", -1), input.rank());
  int64_t p = node.int_attr("p", 2);
  node.expect(p == 1 || p == 2, "`p` must be 1 or 2");
  Rows rows = Rows::along(input, std::array{axis});
  auto norm = [&](const Row &row) -> Scalars {
    if (p == 1)
      return {row.sum([](Scalar v) { return abs(v); })};
    return {sqrt(row.sum([](Scalar v) { return v * v; }))};
  };
  node.output(
      map_rows(rows, std::array{rows.type}, norm, input.dtype(),
               [](std::span<const Scalar>, Scalar x, const Scalars &folded) {
                 return select(folded[0] == 0, folded[0], x / folded[0]);
               }));
}

LANDFALL_ONNX(lp_normalization, {"LpNormalization", 1, lp_normalization})

} // namespace landfall::frontend
