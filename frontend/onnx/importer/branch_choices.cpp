//===- branch_choices.cpp - Ifs with incompatible branches ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/branch_choices.h"

namespace landfall::frontend {

/// Real models need one or two attempts per If.
static constexpr int most_attempts = 64;

BranchChoices::Point BranchChoices::next_point() {
  Point point{next_++, std::nullopt};
  for (const auto &[number, granted] : choices_)
    if (number == point.number)
      point.granted = granted;
  return point;
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
  // The latest choice that has an alternative.
  while (!choices_.empty() && !choices_.back().second)
    choices_.pop_back();
  if (choices_.empty())
    return false;
  choices_.back().second = false;
  return true;
}

} // namespace landfall::frontend
