//===- skipped_steps.h - Steps of the compiler that are left out -*- C++ -*-==//
//
// Part of Landfall, under the Apache License v2.0.
//
// Optimisations keep what a program computes, so each may be left out. Tests do
// that to compare results (test/fuzz/mutate_models.py); a person does it to
// find the step that breaks something. compiler/optional_steps.h has the names.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace landfall {

/// A set of names; empty for a compilation as users want it.
class SkippedSteps {
public:
  SkippedSteps() = default;
  explicit SkippedSteps(std::vector<std::string> names)
      : names_(std::move(names)) {}

  bool has(std::string_view name) const {
    return std::ranges::find(names_, name) != names_.end();
  }
  const std::vector<std::string> &names() const { return names_; }

private:
  std::vector<std::string> names_;
};

} // namespace landfall
