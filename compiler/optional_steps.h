//===- optional_steps.h - What a compilation may leave out ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "base/skipped_steps.h"

#include <string_view>
#include <vector>

namespace landfall::compiler {

/// Passes on core IR, rewrites of descriptions and contraction strategies that
/// may be skipped, in the order in which they run.
std::vector<std::string_view> optional_steps();

/// Refuses a name that is not one of them.
Status check_optional(const SkippedSteps &skipped);

} // namespace landfall::compiler
