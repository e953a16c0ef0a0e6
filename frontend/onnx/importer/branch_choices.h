//===- branch_choices.h - Ifs that the import must settle -------*- C++ -*-===//
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

/// Tensors have a rank and an element type that are known when compiling, but
/// the branches of an If may differ in them (exporters write squeezing that
/// way). Such an import is tried again with one branch taken for granted, the
/// then branch first; the run checks the condition. Where the rest of the model
/// does not fit, the other branch is tried.
class BranchChoices {
public:
  /// An If whose condition is not known, in the order of the import.
  struct Point {
    int number;
    std::optional<bool> granted; ///< Whether `then` is; nullopt: neither.
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
  /// What to tell: the first failure that no choice of branches explains, else
  /// `last`.
  Error failure(const Error &last) const { return first_.value_or(last); }

private:
  std::vector<std::pair<int, bool>> choices_;
  std::optional<Error> first_;
  int next_ = 0;
  int differing_ = -1;
  int attempts_ = 0;
};

} // namespace landfall::frontend
