//===- cast_map.cpp - A map's values as a row (ai.onnx.ml) ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/cast.h"
#include "frontend/onnx/families/map_operand.h"
#include "frontend/onnx/support/attribute_table.h"

#include <numeric>

namespace landfall::frontend {

static DType result_type(const Node &node) {
  std::string to = node.string_attr("cast_to", "TO_FLOAT");
  if (to == "TO_FLOAT")
    return DType::f32;
  if (to == "TO_INT64")
    return DType::i64;
  node.expect(to == "TO_STRING",
              "`cast_to` must be TO_FLOAT, TO_INT64 or TO_STRING");
  return DType::string;
}

/// "0" where there is an empty text.
static Tensor with_zeros(Builder &b, Tensor texts) {
  return b.elementwise({texts}, [&](std::span<const Scalar> e) {
    return select(e[0] == b.text(""), b.text("0"), e[0]);
  });
}

// Y[0] = the values of X in the order of their keys (DENSE), or each at its key
// (SPARSE; others are zero or empty), in another type
static void cast_map(Node &node) {
  Builder &b = node.b();
  Any x = node.any_input(0, "X");
  std::string form = node.string_attr("map_form", "DENSE");
  node.expect(form == "DENSE" || form == "SPARSE",
              "`map_form` must be DENSE or SPARSE");
  DType type = result_type(node);
  Tensor values;
  if (form == "SPARSE") {
    int most = node.count(node.int_attr("max_map", 1), "`max_map`", 0, 1 << 24);
    std::vector<int64_t> keys(static_cast<size_t>(most));
    std::iota(keys.begin(), keys.end(), 0);
    values = map_lookup(node, x, constant_table(b, DType::i64, keys), false);
    if (values.dtype() == DType::string && type != DType::string)
      values = with_zeros(b, values);
  } else {
    values = map_values(node, x);
  }
  node.output(converted(b, values, type, {true, CastRule::Round::up}));
}

LANDFALL_ONNX(cast_map, {"CastMap", 1, cast_map, "ai.onnx.ml"})

} // namespace landfall::frontend
