//===- regular_expression.cpp - Regular expressions, matched --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/regular_expression.h"

#include <fmt/format.h>

#if LANDFALL_HAS_RE2
#include <re2/re2.h>
#else
class re2::RE2 {};
#endif

namespace landfall::runtime {

RegularExpression::~RegularExpression() = default;
RegularExpression::RegularExpression(RegularExpression &&) noexcept = default;
RegularExpression &
RegularExpression::operator=(RegularExpression &&) noexcept = default;

#if LANDFALL_HAS_RE2

Result<RegularExpression> RegularExpression::compile(std::string_view pattern,
                                                     Match match) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_longest_match(match == Match::longest);
  RegularExpression result;
  result.expression_ = std::make_unique<re2::RE2>(
      re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!result.expression_->ok())
    return Error{ErrorCode::run_failed,
                 fmt::format("'{}' is not a regular expression of RE2: {}",
                             pattern, result.expression_->error())};
  return result;
}

bool RegularExpression::matches_all(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()),
                             *expression_);
}

std::optional<std::string_view> RegularExpression::find(std::string_view text,
                                                        size_t start) const {
  re2::StringPiece all(text.data(), text.size()), found;
  if (!expression_->Match(all, start, text.size(), re2::RE2::UNANCHORED, &found,
                          1))
    return std::nullopt;
  return std::string_view(found.data(), found.size());
}

#else

Result<RegularExpression> RegularExpression::compile(std::string_view pattern,
                                                     Match) {
  return Error{ErrorCode::unsupported,
               fmt::format("'{}' cannot be matched: Landfall was built without "
                           "regular expressions (LANDFALL_REGEX)",
                           pattern)};
}

bool RegularExpression::matches_all(std::string_view) const { return false; }

std::optional<std::string_view> RegularExpression::find(std::string_view,
                                                        size_t) const {
  return std::nullopt;
}

#endif

} // namespace landfall::runtime
