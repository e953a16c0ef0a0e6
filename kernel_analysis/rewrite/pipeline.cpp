//===- pipeline.cpp - The rewrites of a description, in order -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/pipeline.h"

#include "kernel_analysis/contraction/contraction_as_map.h"
#include "kernel_analysis/rewrite/common_subexpressions.h"
#include "kernel_analysis/rewrite/form_fma.h"
#include "kernel_analysis/rewrite/sink_into_branches.h"

namespace landfall::analysis {

namespace {

/// A step that is a function from kernel to kernel.
template <auto function> void run(CollapsedKernel &kernel) {
  kernel.kernel = function(std::move(kernel.kernel));
}

void expand_contraction(CollapsedKernel &kernel) {
  if (kernel.kernel.kind == KernelClass::contraction)
    kernel.kernel = contraction_as_map(kernel.kernel);
}

/// Last: sizes that are products of others belong to the result.
void collapse(CollapsedKernel &kernel) {
  kernel = collapse_loops(std::move(kernel.kernel));
}

constexpr RewriteStep steps[] = {
    {"contraction_as_map", expand_contraction, false},
    {"common_subexpressions", run<merge_common_subexpressions>},
    {"sink_into_branches", run<sink_into_branches>},
    {"form_fma", run<form_fma>},
    {"collapse_loops", collapse},
};

} // namespace

std::span<const RewriteStep> rewrite_steps() { return steps; }

CollapsedKernel rewrite(Kernel kernel, const RewriteObserver &observer,
                        const SkippedSteps &skipped) {
  CollapsedKernel rewritten{std::move(kernel), {}};
  std::string before = observer ? print(rewritten.kernel) : "";
  for (const RewriteStep &step : steps) {
    if (step.is_optional && skipped.has(step.name))
      continue;
    step.run(rewritten);
    if (!observer)
      continue;
    std::string after = print(rewritten.kernel);
    if (after != before)
      observer(step.name, rewritten.kernel);
    before = std::move(after);
  }
  return rewritten;
}

} // namespace landfall::analysis
