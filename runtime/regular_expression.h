//===- regular_expression.h - Regular expressions, matched -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <memory>
#include <optional>
#include <string_view>

namespace re2 {
class RE2;
}

namespace landfall::runtime {

/// An expression in RE2's syntax, matched in time that is linear in the text,
/// whatever the pattern. Any number of threads may match at once.
class RegularExpression {
public:
  /// What `find` prefers among the matches that begin first.
  enum class Match : uint8_t {
    first,  ///< The one that the order in the pattern prefers, as Perl does.
    longest ///< The longest.
  };

  /// Fails with `run_failed` if the pattern is malformed, with `unsupported` if
  /// Landfall was built without RE2 (LANDFALL_REGEX).
  static Result<RegularExpression> compile(std::string_view pattern,
                                           Match match = Match::first);
  ~RegularExpression();
  RegularExpression(RegularExpression &&) noexcept;
  RegularExpression &operator=(RegularExpression &&) noexcept;

  bool matches_all(std::string_view text) const;
  /// The first match at byte `start` or after it, as a part of `text`.
  std::optional<std::string_view> find(std::string_view text,
                                       size_t start) const;

private:
  RegularExpression() = default;
  std::unique_ptr<re2::RE2> expression_;
};

} // namespace landfall::runtime
