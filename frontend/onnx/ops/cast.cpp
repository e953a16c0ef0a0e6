//===- cast.cpp - Converts to a given type ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/cast.h"

namespace landfall::frontend {

// Opsets 1 to 5 named the type by a string.
static void cast_by_name(Node &node) {
  std::string name = node.string_attr("to");
  static constexpr std::pair<std::string_view, DType> types[] = {
      {"FLOAT", DType::f32},  {"DOUBLE", DType::f64}, {"FLOAT16", DType::f16},
      {"INT8", DType::i8},    {"INT16", DType::i16},  {"INT32", DType::i32},
      {"INT64", DType::i64},  {"UINT8", DType::u8},   {"UINT16", DType::u16},
      {"UINT32", DType::u32}, {"UINT64", DType::u64}, {"BOOL", DType::boolean}};
  for (auto [text, type] : types)
    if (name == text)
      return cast_operator(node, type);
  node.invalid("`to` names the unknown type " + name);
}

// output = input as type `to`
static void cast(Node &node) {
  node.expect(node.has_attr("to"), "the attribute `to` is missing");
  cast_operator(node, node.dtype_attr("to", DType::f32));
}

LANDFALL_ONNX(cast, {"Cast", 1, cast_by_name}, {"Cast", 6, cast})

} // namespace landfall::frontend
