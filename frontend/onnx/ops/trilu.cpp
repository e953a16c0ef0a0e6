//===- trilu.cpp - Upper or lower triangle ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/loose_flags.h"
#include "frontend/onnx/support/one_element.h"

namespace landfall::frontend {

// upper: output[..., i, j] = input[..., i, j] if j >= i + k, else 0
// lower: output[..., i, j] = input[..., i, j] if j <= i + k, else 0
static void trilu(Node &node) {
  Tensor input = node.input(0, "input");
  node.expect(input.rank() >= 2, "input needs two dimensions");
  Tensor k = node.optional_input(1, "k");
  k = k ? one_element(node, k) : k;
  constexpr int64_t far_away = int64_t(1) << 62;
  bool upper = flag_unless_zero(node, "upper", true);
  Builder &b = node.b();
  DType type = input.dtype();
  node.output(b.map(input.shape(), type, [&](std::span<const Scalar> i) {
    Scalar diagonal = i[i.size() - 2];
    if (k) // Bounded, so that the sum is.
      diagonal =
          diagonal + clamp(k.at({}), b.index(-far_away), b.index(far_away));
    Scalar column = i[i.size() - 1];
    Scalar inside = upper ? column >= diagonal : column <= diagonal;
    return select(inside, input.at(i), b.literal_int(type, 0));
  }));
}

LANDFALL_ONNX(trilu, {"Trilu", 14, trilu}, {"Trilu", 1, trilu, "com.microsoft"})

} // namespace landfall::frontend
