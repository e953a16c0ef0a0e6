//===- tokenizer.cpp - Texts as lists of tokens -----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/text_operand.h"

#include <re2/re2.h>

namespace landfall::frontend {
namespace {

/// TokenMode of runtime/tokenize.h.
enum class Mode : uint8_t { characters, separators, tokens };

void check_patterns(const Node &node,
                    const std::vector<std::string> &patterns) {
  for (const std::string &pattern : patterns) {
    re2::RE2 expression(pattern, re2::RE2::Quiet);
    node.expect(expression.ok(),
                "'" + pattern +
                    "' is no regular expression of RE2: " + expression.error());
  }
}

// Y[..., k] = the k-th token of X[...]: what stands between the matches of the
// `separators`, regular expressions of RE2 that are applied one after another;
// or the matches of `tokenexp`; or the characters, for the separator "" or the
// expression ".". Tokens of fewer than mincharnum characters are dropped, rows
// are marked if `mark`, and filled up with pad_value.
void tokenizer(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X", 1, 2);
  bool by_token = node.has_attr("tokenexp");
  node.expect(by_token != node.has_attr("separators"),
              "exactly one of `separators` and `tokenexp` is needed");
  std::vector<std::string> patterns =
      by_token ? std::vector{node.string_attr("tokenexp")}
               : node.strings_attr("separators");
  node.expect(!patterns.empty(), "`separators` needs an entry");
  Mode mode = by_token ? Mode::tokens : Mode::separators;
  if (patterns.size() == 1 && patterns[0] == (by_token ? "." : ""))
    mode = Mode::characters;
  check_patterns(node, patterns);
  int64_t least = node.int_attr("mincharnum");
  node.expect(least > 0 && least <= INT32_MAX &&
                  (mode != Mode::characters || least == 1),
              "`mincharnum` must be positive, and 1 for characters");
  std::vector<std::string> texts = patterns;
  texts.push_back(node.string_attr("pad_value"));
  Any arguments[] = {x, b.constant(b.texts({int64_t(texts.size())}, texts))};
  int64_t extra[] = {int64_t(mode), node.flag_attr("mark", false), least};
  node.output(host_tensor(b, BoxFunction::text_tokenize, arguments,
                          DType::string, x.rank() + 1, extra));
}

} // namespace

LANDFALL_ONNX(tokenizer, {"Tokenizer", 1, tokenizer, "com.microsoft"})

} // namespace landfall::frontend
