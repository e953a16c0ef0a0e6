//===- branch_choices.cpp - Ifs with incompatible branches ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/branch_choices.h"

namespace landfall::frontend {

/// The most imports of a model; real models need one or two for each such If.
static constexpr int most_attempts = 64;

BranchChoices::OpenIf BranchChoices::next_open_if() {
  OpenIf open_if{next_++, std::nullopt};
  for (const auto &[number, assumed] : choices_)
    if (number == open_if.number)
      open_if.assumed = assumed;
  return open_if;
}

bool BranchChoices::try_again(const Error &error) {
  if (++attempts_ >= most_attempts)
    return false;
  if (differing_ >= 0) {
    choices_.emplace_back(differing_, true);
    return true;
  }
  if (!choices_.empty() && !first_)
    first_ = error;
  // Backtracks to the latest assumption of `then`.
  while (!choices_.empty() && !choices_.back().second)
    choices_.pop_back();
  if (choices_.empty())
    return false;
  choices_.back().second = false;
  return true;
}

} // namespace landfall::frontend
