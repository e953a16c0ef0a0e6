//===- reading_search.h - The one reading of all baked constants *- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/import.h"
#include "frontend/onnx/reopen/reopening.h"

namespace landfall::frontend {

/// Finds the readings of a model's baked constants that fit the whole model, by
/// importing it with different ones. An error if there are none, or several
/// that give different results at a multiple of the exported size. Where they
/// differ at odd sizes only, they become `agreeing`.
class ReadingSearch {
public:
  ReadingSearch(const Bytes &model, const ModelPlace &place,
                std::span<const DynamicInput> inputs,
                const Assumptions &assumptions)
      : model_(model), place_(place), inputs_(inputs),
        assumptions_(assumptions) {}

  Result<Interpretation> run();

private:
  /// What became of an import with given readings.
  struct Attempt {
    std::optional<Error> error;
    std::vector<Question> questions;
    Extents::Probes failures;
    std::optional<Error> doubt;
    bool is_given_up = false; ///< Not all other readings were tried.
    Reopening::Depths depths = {};
  };

  Attempt attempt(const Interpretation &interpretation);
  /// The first readings that import, in which those given are kept; else the
  /// attempt that failed first.
  Attempt complete(Interpretation &interpretation, int tries);
  /// Changes readings after question number `k`, so that requirements hold at
  /// one of these probes; as long as each change brings the first failure
  /// further.
  void improve(Attempt &attempt, size_t k, Extents::Probes probes);
  /// The attempt with one question's answer changed, those before it kept.
  Interpretation changed(const Attempt &attempt, size_t k,
                         size_t reading) const;
  Attempt rival_of(const Attempt &taken, size_t k, size_t reading);
  /// Compares each reading that was taken with the others. False: `taken` is
  /// another one, which is better, and has to be compared again.
  Result<bool> compare(Attempt &taken, Interpretation &interpretation);
  Error undecided(const Question &question, size_t other) const;

  const Bytes &model_;
  const ModelPlace &place_;
  std::span<const DynamicInput> inputs_;
  const Assumptions &assumptions_;
  int attempts_ = 0;
  bool has_positions_ = false; ///< Of an import so far.
};

/// The error that an action throws, if it does.
template <typename Action>
std::optional<Error> failure_of(const Action &action) {
  try {
    action();
  } catch (BuildError &e) {
    return std::move(e.error);
  }
  return std::nullopt;
}

} // namespace landfall::frontend
