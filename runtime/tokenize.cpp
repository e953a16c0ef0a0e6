//===- tokenize.cpp - Texts as lists of tokens ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/tokenize.h"

#include "runtime/regular_expression.h"

#include <algorithm>
#include <fmt/format.h>

namespace landfall::runtime {

namespace {

using Tokens = std::vector<std::string_view>;

/// The bytes of the UTF-8 character at the start of a text; 0: there is none.
size_t character_bytes(std::string_view text) {
  auto byte = [&](size_t k) { return uint8_t(text[k]); };
  if (text.empty())
    return 0;
  size_t count = byte(0) < 0x80   ? 1
                 : byte(0) < 0xc2 ? 0
                 : byte(0) < 0xe0 ? 2
                 : byte(0) < 0xf0 ? 3
                 : byte(0) < 0xf5 ? 4
                                  : 0;
  if (count == 0 || count > text.size())
    return 0;
  for (size_t k = 1; k < count; ++k)
    if ((byte(k) & 0xc0) != 0x80)
      return 0;
  // Longer than needed, a surrogate, or beyond U+10FFFF.
  bool wrong = (byte(0) == 0xe0 && byte(1) < 0xa0) ||
               (byte(0) == 0xed && byte(1) >= 0xa0) ||
               (byte(0) == 0xf0 && byte(1) < 0x90) ||
               (byte(0) == 0xf4 && byte(1) >= 0x90);
  return wrong ? 0 : count;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    size_t bytes = character_bytes(text);
    if (bytes == 0)
      return false;
    text.remove_prefix(bytes);
  }
  return true;
}

/// Whether a token has that many characters, at least one.
bool is_long_enough(std::string_view token, size_t least) {
  auto is_first = [](char c) { return (uint8_t(c) & 0xc0) != 0x80; };
  return size_t(std::ranges::count_if(token, is_first)) >=
         std::max<size_t>(least, 1);
}

Tokens characters(std::string_view text) {
  Tokens tokens;
  while (!text.empty()) {
    size_t bytes = character_bytes(text);
    tokens.push_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return tokens;
}

/// What the expression matches, or what stands between the matches.
Tokens cut(std::string_view text, const RegularExpression &expression,
           bool between, size_t least) {
  Tokens tokens;
  auto take = [&](size_t begin, size_t end) {
    std::string_view token = text.substr(begin, end - begin);
    if (is_long_enough(token, least))
      tokens.push_back(token);
  };
  size_t start = 0;
  while (auto found = expression.find(text, start)) {
    size_t begin = size_t(found->data() - text.data()),
           end = begin + found->size();
    between ? take(start, begin) : take(begin, end);
    start = end > begin ? end : end + character_bytes(text.substr(end));
    if (end == begin && end == text.size())
      break;
  }
  if (between && start < text.size())
    take(start, text.size());
  return tokens;
}

using Expressions = std::vector<RegularExpression>;

Result<Expressions> expressions_of(std::span<const std::string> patterns) {
  Expressions expressions;
  for (const std::string &pattern : patterns)
    expressions.push_back(TRY(RegularExpression::compile(
        pattern, RegularExpression::Match::longest)));
  return expressions;
}

Tokens tokens_of(std::string_view text, const Expressions &expressions,
                 const TokenRule &rule) {
  if (rule.mode == TokenMode::characters)
    return characters(text);
  bool between = rule.mode == TokenMode::separators;
  Tokens row = {text};
  for (const auto &expression : expressions) {
    Tokens next;
    for (std::string_view piece : row)
      std::ranges::copy(cut(piece, expression, between, rule.least),
                        std::back_inserter(next));
    row = std::move(next);
  }
  return row;
}

} // namespace

Result<HostTensor> tokenized(const HostTensor &texts,
                             std::span<const std::string> patterns,
                             const TokenRule &rule) {
  Expressions expressions = TRY(expressions_of(patterns));
  std::vector<Tokens> rows;
  size_t longest = 0;
  for (const std::string &text : texts.strings) {
    if (!is_utf8(text))
      return Error{ErrorCode::run_failed,
                   "a text to be tokenized is not UTF-8"};
    rows.push_back(tokens_of(text, expressions, rule));
    longest = std::max(longest, rows.back().size());
  }
  std::string_view begin = "\x02", end = "\x03";
  size_t columns = longest == 0 ? 0 : longest + (rule.mark ? 2 : 0);
  std::vector<int64_t> dims = texts.dims;
  dims.push_back(int64_t(columns));
  HostTensor result = make_tensor(DType::string, dims);
  std::ranges::fill(result.strings, rule.padding);
  for (size_t k = 0; columns > 0 && k < rows.size(); ++k) {
    Tokens row = rows[k];
    if (rule.mark) {
      row.insert(row.begin(), begin);
      row.push_back(end);
    }
    std::ranges::copy(row, result.strings.begin() + int64_t(k * columns));
  }
  return result;
}

} // namespace landfall::runtime
