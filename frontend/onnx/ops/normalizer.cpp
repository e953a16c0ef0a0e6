//===- normalizer.cpp - Scales rows to unit norm ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/row.h"

namespace landfall::frontend {

// Y = X / max(norm(X), 1e-30) with the norm MAX (|x|), L1 or L2 of each row
static void normalizer(Node &node) {
  Tensor x = node.input(0, "X");
  std::string norm = node.string_attr("norm", "MAX");
  node.expect(norm == "MAX" || norm == "L1" || norm == "L2",
              "`norm` must be MAX, L1 or L2");
  node.expect(x.rank() >= 1, "X needs a dimension");
  auto fold = [&](const Row &row) -> Scalars {
    auto magnitude = [](Scalar v) { return abs(v); };
    auto square = [](Scalar v) { return v * v; };
    Scalar length = norm == "MAX"  ? row.max(magnitude)
                    : norm == "L1" ? row.sum(magnitude)
                                   : sqrt(row.sum(square));
    return {maximum(length, 1e-30)};
  };
  Rows rows = Rows::from_axis(x, x.rank() - 1);
  if (!is_real(x.dtype()))
    rows.type = DType::f32;
  node.output(
      map_rows(rows, std::array{rows.type}, fold, DType::f32,
               [](std::span<const Scalar>, Scalar value,
                  const Scalars &folded) { return value / folded[0]; }));
}

LANDFALL_ONNX(normalizer, {"Normalizer", 1, normalizer, "ai.onnx.ml"})

} // namespace landfall::frontend
