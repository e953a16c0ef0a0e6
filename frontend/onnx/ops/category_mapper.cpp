//===- category_mapper.cpp - Strings to integers and back -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "frontend/onnx/families/key_lookup.h"
#include "frontend/onnx/support/text_operand.h"

namespace landfall::frontend {

// Y = cats_int64s[k] where X = cats_strings[k], or cats_strings[k] where
// X = cats_int64s[k]; else the default
static void category_mapper(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  std::vector<int64_t> integers = node.ints_attr("cats_int64s");
  ConstantData numbers = owned_constant<int64_t>(
      DType::i64, {static_cast<int64_t>(integers.size())}, integers);
  ConstantData texts = text_list(node, node.strings_attr("cats_strings"));
  if (x.dtype() == DType::string) {
    int64_t otherwise = node.int_attr("default_int64", -1);
    Tensor unknown =
        b.constant(owned_constant<int64_t>(DType::i64, {}, {&otherwise, 1}));
    return node.output(look_up(node, x, texts, numbers, unknown));
  }
  Tensor unknown =
      constant_text(b, node.string_attr("default_string", "_Unused"));
  node.output(look_up(node, x, numbers, texts, unknown));
}

LANDFALL_ONNX(category_mapper,
              {"CategoryMapper", 1, category_mapper, "ai.onnx.ml"})

} // namespace landfall::frontend
