//===- tokenize.h - Texts as lists of tokens --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/host_value.h"

namespace landfall::runtime {

/// How a text is cut: into its characters; at what the patterns match, one
/// pattern after another; or into what the only pattern matches.
enum class TokenMode : uint8_t { characters, separators, tokens };

/// ONNX Runtime's Tokenizer.
struct TokenRule {
  TokenMode mode;
  bool mark;           ///< Rows begin with U+0002 and end with U+0003.
  size_t least;        ///< Characters of a token; shorter ones are dropped.
  std::string padding; ///< What fills rows up.
};

/// [..., D]: the tokens of each text, for D of the longest row; [..., 0] if
/// there are none, also of marks. Patterns are RE2's, of whose matches at a
/// place the longest counts; one without characters stands for the next
/// character. Fails with `run_failed` on a text that is not UTF-8.
Result<HostTensor> tokenized(const HostTensor &texts,
                             std::span<const std::string> patterns,
                             const TokenRule &rule);

} // namespace landfall::runtime
