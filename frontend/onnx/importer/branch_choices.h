//===- branch_choices.h - Ifs with incompatible branches --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <optional>
#include <utility>
#include <vector>

namespace landfall::frontend {

/// Ranks and element types are static, but the branches of an If may differ in
/// them (exporters express conditional squeezing so). Then the import is
/// repeated with one branch assumed to be taken, `then` first, and a run-time
/// check of the condition. If the rest of the model cannot be imported with it,
/// the other branch is tried.
class BranchChoices {
public:
  /// An If whose condition is not known, in the order of the import.
  struct Point {
    int number;
    /// The branch assumed to be taken (true: `then`); nullopt: none.
    std::optional<bool> granted;
  };

  //===--- For the importer -----------------------------------------------===//
  void start() {
    next_ = 0;
    differing_ = -1;
  }
  Point next_point();
  void branches_differ(Point point) { differing_ = point.number; }
  bool any() const { return !choices_.empty(); }

  //===--- For its caller -------------------------------------------------===//
  /// After an import failed: whether another one, with a fresh module, may
  /// succeed.
  bool try_again(const Error &error);
  /// The error to report: the first failure that is not due to the choice of
  /// branches, else `last`.
  Error failure(const Error &last) const { return first_.value_or(last); }

private:
  std::vector<std::pair<int, bool>> choices_;
  std::optional<Error> first_;
  int next_ = 0;
  int differing_ = -1;
  int attempts_ = 0;
};

} // namespace landfall::frontend
