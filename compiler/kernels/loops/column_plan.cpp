//===- column_plan.cpp - Rows of one element ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/column_plan.h"

#include "kernel_analysis/access/access_analysis.h"
#include "kernel_analysis/access/work_estimate.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace landfall::kernels {

namespace {

/// Bodies with more loads, whose strides are known only at run time, would be
/// long code twice.
constexpr long most_loads = 2;
/// The most work of a point for which a masked vector a row is far too slow.
constexpr double most_work = 16;

bool is_light(const Kernel &kernel) {
  long loads = 0;
  for (NodeId id : kernel.body.nodes) {
    const Node &node = kernel.nodes[id];
    loads += node.kind == NodeKind::load;
    if (!node.blocks.empty() || node.kind == NodeKind::check)
      return false;
  }
  return loads <= most_loads &&
         analysis::work_of(kernel, kernel.body) < most_work;
}

bool has_rows(const Kernel &kernel, const LoopPlan &usual) {
  size_t rank = kernel.loops.size();
  return kernel.kind == KernelClass::map && rank >= 2 &&
         !kernel.loops.back().constant && usual.lane_place + 1 == rank &&
         usual.order.back() + 1 == rank && !usual.tiled &&
         usual.parts.count == 0;
}

} // namespace

std::optional<LoopPlan> plan_one_column(const Kernel &kernel,
                                        const Machine &machine,
                                        const LoopPlan &usual) {
  if (machine.vector.scalable || !has_rows(kernel, usual) || !is_light(kernel))
    return std::nullopt;
  size_t rank = kernel.loops.size();
  LoopPlan plan;
  plan.order.resize(rank);
  std::iota(plan.order.begin(), plan.order.end(), 0);
  std::rotate(plan.order.begin(), plan.order.end() - 1, plan.order.end());
  plan.row_loops = plan.lane_place = rank - 1;
  plan.cuts = true;
  plan.width = usual.width;
  if (const Extent &lanes = kernel.loops[rank - 2]; lanes.constant)
    plan.width = unsigned(std::min<uint64_t>(
        plan.width,
        std::bit_ceil(uint64_t(std::max<int64_t>(lanes.value, 1)))));
  analysis::AccessAnalysis access(kernel);
  for (NodeId id : kernel.body.nodes) {
    size_t depth = 0;
    for (size_t place = 0; place < rank; ++place)
      if (access.depends(id, kernel.body.params[plan.order[place]]))
        depth = place + 1;
    plan.depth.push_back(depth);
  }
  if (plan.width < 2)
    return std::nullopt;
  return plan;
}

} // namespace landfall::kernels
