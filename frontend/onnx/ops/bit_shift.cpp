//===- bit_shift.cpp - Moves bits left or right -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/binary.h"

namespace landfall::frontend {

// Shift amounts outside [0, bits) leave only copies of the sign bit (right
// shift) or zero bits.
static Scalar shifted(Scalar x, Scalar amount, bool left) {
  Builder &b = x.builder();
  Scalar zero = b.literal_int(x.dtype(), 0);
  Scalar shift = left ? x << amount : x >> amount;
  if (is_unsigned_integer(x.dtype()))
    return shift; // Too large an amount gives 0.
  Scalar fill = left ? zero : select(x < 0, ~zero, zero);
  Scalar in_range = logical_and(amount >= 0, amount < info(x.dtype()).bits);
  return select(in_range, shift, fill);
}

// Z = X << Y or X >> Y
static void bit_shift(Node &node) {
  std::string direction = node.string_attr("direction");
  node.expect(direction == "LEFT" || direction == "RIGHT",
              "`direction` must be LEFT or RIGHT");
  binary_operator(node, [&](Scalar x, Scalar y) {
    return shifted(x, y, direction == "LEFT");
  });
}

LANDFALL_ONNX(bit_shift, {"BitShift", 11, bit_shift})

} // namespace landfall::frontend
