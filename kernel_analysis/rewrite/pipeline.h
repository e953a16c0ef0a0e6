//===- pipeline.h - The rewrites of a description, in order ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/skipped_steps.h"
#include "kernel_analysis/rewrite/collapse_loops.h"

#include <functional>
#include <span>
#include <string_view>

namespace landfall::analysis {

/// One rewrite. It keeps what the kernel means, on the same operands.
struct RewriteStep {
  std::string_view name;
  void (*run)(CollapsedKernel &kernel);
  /// Whether the loop generator can do without it.
  bool is_optional = true;
};

/// What the loop generator's descriptions go through, first to last.
std::span<const RewriteStep> rewrite_steps();

/// Told of each step that changed the description. May be empty.
using RewriteObserver =
    std::function<void(std::string_view step, const Kernel &after)>;

/// Runs all steps but those skipped.
CollapsedKernel rewrite(Kernel kernel, const RewriteObserver &observer = {},
                        const SkippedSteps &skipped = {});

} // namespace landfall::analysis
