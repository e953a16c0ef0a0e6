//===- string_normalizer.cpp - Stop words and case --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/key_lookup.h"
#include "frontend/onnx/support/text_operand.h"

namespace landfall::frontend {

/// CaseChange of runtime/text_functions.h.
static int64_t case_change(const Node &node) {
  std::string action = node.string_attr("case_change_action", "NONE");
  if (action == "NONE" || action == "LOWER" || action == "UPPER")
    return action == "NONE" ? 0 : action == "LOWER" ? 1 : 2;
  node.invalid("`case_change_action` is '" + action +
               "'; it must be NONE, LOWER or UPPER");
}

// Y = the texts of X but `stopwords`, in lower or upper case; one empty text if
// none is left. The case is Unicode's in every `locale`.
static void string_normalizer(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X", 1, 2);
  if (x.rank() == 2)
    b.require(equal(x.dim(0), 1), "StringNormalizer takes a single row");
  Tensor stop_words =
      b.constant(text_list(node, node.strings_attr("stopwords")));
  int64_t extra[] = {case_change(node),
                     node.flag_attr("is_case_sensitive", false)};
  Any arguments[] = {x, stop_words};
  node.output(host_tensor(b, BoxFunction::text_normalize, arguments,
                          DType::string, x.rank(), extra));
}

LANDFALL_ONNX(string_normalizer, {"StringNormalizer", 10, string_normalizer})

} // namespace landfall::frontend
