//===- plan.cpp - How a kernel is computed in tiles -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/contraction_as_map.h"
#include "kernel_analysis/contraction/map_as_contraction.h"
#include "tile/evaluator.h"
#include "tile/legalize.h"
#include "tile/product_planner.h"
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
  bool fits = peak_of(plan, plan.steps) <= arrays;
  if (plan.product)
    fits &= peak_of(plan, plan.product->left.steps) <= arrays &&
            peak_of(plan, plan.product->right.steps) <= arrays;
  if (!fits)
    return refuse("it has too many values at a time");
  return {};
}

Status plan_map(TilePlan &plan, const Capabilities &capabilities) {
  const Kernel &kernel = plan.kernel;
  plan.body.space = {kernel.body.params, kernel.loops};
  TRY(plan_scope(plan, capabilities, plan.body, kernel.body.yields));
  plan.steps = list_steps(plan, kernel.body, kernel.body.yields);
  return {};
}

/// A plan without any values of the kernel.
std::shared_ptr<TilePlan> empty_plan(Kernel kernel) {
  auto plan = std::make_shared<TilePlan>();
  plan->kinds.resize(kernel.nodes.size(), ValueKind::unused);
  plan->uses.resize(kernel.nodes.size());
  plan->kernel = std::move(kernel);
  return plan;
}

/// Whether the matrix unit has rows or columns of narrow factors: what it does
/// much faster than the vector unit even where it has one row alone.
bool is_worth_it(const ProductPlan &product) {
  int64_t sum = size_of(product.types.accumulator);
  return (!product.rows.empty() || !product.columns.empty()) &&
         size_of(product.types.left) < sum &&
         size_of(product.types.right) < sum;
}

/// A map of which each point is a sum of products, on the matrix unit; null: it
/// is none, or the vector unit does it as well.
std::shared_ptr<TilePlan> plan_sums(const Kernel &map,
                                    const Capabilities &capabilities) {
  Result<Kernel> contraction = analysis::map_as_contraction(map);
  if (!contraction)
    return nullptr;
  auto plan = empty_plan(legalize(contraction.take(), capabilities));
  bool fits =
      plan_product(*plan, capabilities).ok() && is_worth_it(*plan->product);
  return fits ? plan : nullptr;
}

} // namespace

Result<SharedPlan> make_plan(const Kernel &kernel,
                             const Capabilities &capabilities) {
  std::shared_ptr<TilePlan> plan = empty_plan(legalize(kernel, capabilities));
  switch (kernel.kind) {
  case KernelClass::map:
    if (auto product = plan_sums(kernel, capabilities))
      plan = std::move(product);
    else
      TRY(plan_map(*plan, capabilities));
    break;
  case KernelClass::contraction:
    if (Status product = plan_product(*plan, capabilities); !product) {
      // Sums in the vector unit, one element after another.
      plan = empty_plan(
          legalize(analysis::contraction_as_map(kernel), capabilities));
      plan->no_product = product.error().message;
      if (Status map = plan_map(*plan, capabilities); !map)
        return refuse(plan->no_product + ", and " + map.error().message);
    }
    break;
  default:
    return refuse("it stores to places that it computes");
  }
  find_uses(*plan);
  TRY(check_memory(*plan));
  return SharedPlan(std::move(plan));
}

} // namespace landfall::tile
