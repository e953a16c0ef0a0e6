//===- is_all_finite.cpp - Whether all elements are finite ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

// output = whether no element of the inputs is infinite or NaN; with isnan_only
// or isinf_only no other one of these
static void is_all_finite(Node &node) {
  Builder &b = node.b();
  bool only_nan = node.flag_attr("isnan_only", false);
  bool only_inf = node.flag_attr("isinf_only", false);
  node.expect(!only_nan || !only_inf,
              "isnan_only and isinf_only exclude each other");
  Tensor result;
  for (Tensor x : node.inputs()) {
    Size count = x.element_count();
    Tensor flat = b.reshape(x, {count}), before = result;
    result = b.map({}, DType::boolean, [&](std::span<const Scalar>) {
      Scalar bad =
          max_of(b, {count}, DType::i32, [&](std::span<const Scalar> i) {
            Scalar e = widen(flat.at(i));
            Scalar infinite = abs(e) == highest(b, e.dtype());
            Scalar found = only_nan   ? is_nan(e)
                           : only_inf ? infinite
                                      : logical_or(is_nan(e), infinite);
            return cast(found, DType::i32);
          });
      Scalar good = bad <= 0; // Of no elements the largest is the lowest i32.
      return before ? logical_and(good, before.at({})) : good;
    });
  }
  node.output(result);
}

LANDFALL_ONNX(is_all_finite, {"IsAllFinite", 1, is_all_finite, "com.microsoft"})

} // namespace landfall::frontend
