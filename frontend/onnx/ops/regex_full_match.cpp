//===- regex_full_match.cpp - Texts against a pattern -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/text_operand.h"

#include <re2/re2.h>

namespace landfall::frontend {

// Y = whether the regular expression `pattern` (RE2's syntax) matches all of X
static void regex_full_match(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  std::string pattern = node.string_attr("pattern");
  re2::RE2 expression(pattern, re2::RE2::Quiet);
  node.expect(expression.ok(), "`pattern` is no regular expression of RE2: " +
                                   expression.error());
  Any arguments[] = {x, constant_text(b, pattern)};
  node.output(host_tensor(b, BoxFunction::text_match, arguments, DType::boolean,
                          x.shape()));
}

LANDFALL_ONNX(regex_full_match, {"RegexFullMatch", 20, regex_full_match})

} // namespace landfall::frontend
