//===- imputer.cpp - Replaces a marker of missing values --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/attribute_table.h"
#include "frontend/onnx/support/compute_type.h"

#include <cmath>

namespace landfall::frontend {

// Y = imputed value (one for all, or one a feature) if X = replaced value, else
// X
static void imputer(Node &node) {
  Tensor x = node.input(0, "X");
  Builder &b = node.b();
  bool real = is_real(x.dtype());
  Tensor values = real
                      ? constant_table(b, DType::f32,
                                       node.floats_attr("imputed_value_floats"))
                      : constant_table(b, DType::i64,
                                       node.ints_attr("imputed_value_int64s"));
  double marker = node.float_attr("replaced_value_float", 0);
  int64_t integer_marker = node.int_attr("replaced_value_int64", 0);
  node.output(b.elementwise({x, values}, [&](std::span<const Scalar> e) {
    Scalar missing = !real ? e[0] == b.literal_int(x.dtype(), integer_marker)
                     : std::isnan(marker) ? is_nan(e[0])
                                          : e[0] == marker;
    return select(missing, convert(e[1], x.dtype()), e[0]);
  }));
}

LANDFALL_ONNX(imputer, {"Imputer", 1, imputer, "ai.onnx.ml"})

} // namespace landfall::frontend
