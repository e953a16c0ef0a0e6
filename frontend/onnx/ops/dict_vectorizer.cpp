//===- dict_vectorizer.cpp - A map as a row (ai.onnx.ml) --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/map_operand.h"
#include "frontend/onnx/support/attribute_table.h"

namespace landfall::frontend {

// Y[0, k] = the value of X at the key number k, 0 or the empty text without one
static void dict_vectorizer(Node &node) {
  Builder &b = node.b();
  Any x = node.any_input(0, "X");
  std::vector<std::string> texts = node.strings_attr("string_vocabulary");
  Tensor keys =
      texts.empty()
          ? constant_table(b, DType::i64, node.ints_attr("int64_vocabulary"))
          : constant_table(b, texts);
  node.output(map_lookup(node, x, keys, true));
}

LANDFALL_ONNX(dict_vectorizer,
              {"DictVectorizer", 1, dict_vectorizer, "ai.onnx.ml"})

} // namespace landfall::frontend
