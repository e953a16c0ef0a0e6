//===- capabilities.cpp - What a chip with explicit memories has ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/capabilities.h"

#include <algorithm>

namespace landfall::tile {

bool Capabilities::has(ScalarOp op, DType type, DType result) const {
  return std::ranges::any_of(operations, [&](const VectorOperation &row) {
    return row.op == op && row.type == type && row.result == result;
  });
}

bool Capabilities::reduces(ScalarOp op, DType type) const {
  return std::ranges::any_of(reductions, [&](const VectorOperation &row) {
    return row.op == op && row.type == type;
  });
}

} // namespace landfall::tile
