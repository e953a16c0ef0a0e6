//===- plan.cpp - How a kernel is computed in tiles -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/evaluator.h"
#include "tile/scope_planner.h"
#include "tile/step_lists.h"

#include <algorithm>

namespace landfall::tile {

namespace {

Error refuse(std::string reason) {
  return {ErrorCode::unsupported, std::move(reason)};
}

/// The most values of a step list that exist at a time, those of folds' blocks
/// too.
int64_t peak_of(const TilePlan &plan, const std::vector<Step> &steps) {
  constexpr int64_t temporaries = 4; // Of one operation.
  int64_t live = 0, peak = 0;
  for (const Step &step : steps) {
    int64_t inner = temporaries;
    if (auto fold = plan.folds.find(step.node); fold != plan.folds.end()) {
      inner += 2 * int64_t(fold->second.inits.size());
      live += int64_t(fold->second.inits.size());
      for (const std::vector<Step> &block : fold->second.steps)
        inner += peak_of(plan, block);
    } else {
      ++live;
    }
    peak = std::max(peak, live + inner);
    live -= int64_t(step.last_uses.size());
  }
  return peak;
}

/// At worst, tiles are single points: then all that is live at once must fit.
Status check_memory(const TilePlan &plan) {
  constexpr int64_t arrays = 128, constants = 512;
  if (std::ranges::count(plan.kinds, ValueKind::host) > constants)
    return refuse("it has too many constants");
  if (peak_of(plan, plan.body.steps) > arrays ||
      peak_of(plan, plan.factors.steps) > arrays)
    return refuse("it has too many values at a time");
  return {};
}

Status plan_map(TilePlan &plan, const Capabilities &capabilities) {
  const Kernel &kernel = plan.kernel;
  plan.body.space = {kernel.body.params, kernel.loops};
  return plan_scope(plan, capabilities, kernel.body, plan.body,
                    kernel.body.yields);
}

} // namespace

Result<SharedPlan> make_plan(const Kernel &kernel,
                             const Capabilities &capabilities) {
  if (kernel.kind != KernelClass::map)
    return refuse("it stores to places that it computes");
  auto plan = std::make_shared<TilePlan>();
  plan->kernel = kernel;
  plan->kinds.resize(kernel.nodes.size(), ValueKind::unused);
  plan->uses.resize(kernel.nodes.size());
  TRY(plan_map(*plan, capabilities));
  find_uses(*plan);
  TRY(check_memory(*plan));
  return SharedPlan(std::move(plan));
}

} // namespace landfall::tile
