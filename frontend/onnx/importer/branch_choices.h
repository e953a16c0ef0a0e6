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

/// Chooses branches of Ifs that cannot both be compiled. The core IR has static
/// ranks and element types, but the branches of an If may differ in them
/// (exporters write a conditional squeeze like this). Then the import is
/// repeated under the assumption that one branch is taken, which the model
/// checks at run time: first `then`; `else` if the rest of the model cannot be
/// imported with it. A depth-first search over all such Ifs.
class BranchChoices {
public:
  /// An If whose condition is not known at compile time.
  struct OpenIf {
    int number; ///< Counted in the order of the import, from 0.
    /// The branch assumed to be taken (true: `then`); nullopt: import both.
    std::optional<bool> assumed;
  };

  //===--- For the importer -----------------------------------------------===//
  /// Must be called at the beginning of each import.
  void start() {
    next_ = 0;
    differing_ = -1;
  }
  /// Must be called once for each If whose condition is not known.
  OpenIf next_open_if();
  /// Records why this import fails: the branches of this If differ in type.
  void branches_differ(OpenIf open_if) { differing_ = open_if.number; }
  /// Whether any branch is assumed.
  bool any() const { return !choices_.empty(); }

  //===--- For its caller -------------------------------------------------===//
  /// After an import failed: whether another one, with a fresh module, may
  /// succeed.
  bool try_again(const Error &error);
  /// The error to report after the last attempt: of the first attempt that
  /// failed under an assumption, for another reason than differing branches; if
  /// there is none, `last`.
  Error failure(const Error &last) const { return first_.value_or(last); }

private:
  /// OpenIf::number and the assumed branch, in the order of the assumptions.
  std::vector<std::pair<int, bool>> choices_;
  std::optional<Error> first_; ///< See `failure`.
  int next_ = 0;               ///< The number of the next OpenIf.
  int differing_ = -1;         ///< The OpenIf that ended the import; -1: none.
  int attempts_ = 0;           ///< Failed imports.
};

} // namespace landfall::frontend
