//===- optional_steps.cpp - What a compilation may leave out --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/optional_steps.h"

#include "compiler/kernels/contraction/contraction_strategy.h"
#include "kernel_analysis/rewrite/pipeline.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace landfall::compiler {

std::vector<std::string_view> optional_steps() {
  std::vector<std::string_view> names = {
      "contract_to_map",    "canonicalize", "merge_equal",
      "inline_producer",    "hoist_folds",  "fuse_epilogue",
      "channels_innermost", "tabulate",     "lay_out",
      "lay_out_panels",     "share_memory", "windows",
      "byte_windows"};
  for (const analysis::RewriteStep &step : analysis::rewrite_steps())
    if (step.is_optional)
      names.push_back(step.name);
  for (const kernels::ContractionStrategy *strategy :
       kernels::contraction_strategies())
    names.push_back(strategy->name());
  return names;
}

Status check_optional(const SkippedSteps &skipped) {
  auto known = optional_steps();
  for (const std::string &name : skipped.names())
    if (std::ranges::find(known, name) == known.end())
      return Error{ErrorCode::invalid_argument,
                   fmt::format("the step '{}' cannot be skipped; these can: {}",
                               name, fmt::join(known, ", "))};
  return {};
}

} // namespace landfall::compiler
