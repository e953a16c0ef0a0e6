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

std::vector<VectorOperation> basic_operations() {
  using enum ScalarOp;
  constexpr DType f32 = DType::f32, i32 = DType::i32, mask = DType::boolean;
  std::vector<VectorOperation> list = {
      {div, f32, f32},       {fma, f32, f32},       {bit_and, i32, i32},
      {bit_or, i32, i32},    {bit_xor, i32, i32},   {shl, i32, i32},
      {shr, i32, i32},       {bit_and, mask, mask}, {bit_or, mask, mask},
      {bit_xor, mask, mask}, {select, mask, mask},  {cast, i32, f32},
      {cast, f32, i32},      {cast, mask, i32},     {cast, i32, mask},
      {bitcast, f32, i32},   {bitcast, i32, f32}};
  for (DType type : {f32, i32}) {
    for (ScalarOp op : {add, sub, mul, min, max, select})
      list.push_back({op, type, type});
    for (ScalarOp op : {eq, lt, le})
      list.push_back({op, type, mask});
  }
  return list;
}

} // namespace landfall::tile
