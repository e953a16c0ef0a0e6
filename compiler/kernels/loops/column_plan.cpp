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

/// The most work of a point for which a masked vector a row is far too slow.
constexpr double most_work = 16;

/// Whether vectors along `loop` are of one element or contiguous where the last
/// loop has one iteration. Others are gathered: long code, seldom run.
bool is_contiguous(const Kernel &kernel, analysis::AccessAnalysis &access,
                   NodeId load, size_t loop) {
  const KernelOperand &operand = kernel.operands[kernel.nodes[load].index];
  if (kernel.nodes[load].args.size() > operand.dims.size())
    return false; // Guarded.
  switch (access.movement(load, kernel.body.params[loop])) {
  case analysis::Movement::none:
  case analysis::Movement::unit:
    return true;
  case analysis::Movement::strided:
    // By rows of as many elements as the last loop has iterations: by one.
    return operand.dims.back() == kernel.loops.back();
  default:
    return false;
  }
}

bool is_light(const Kernel &kernel, analysis::AccessAnalysis &access) {
  for (NodeId id : kernel.body.nodes) {
    const Node &node = kernel.nodes[id];
    if (!node.blocks.empty() || node.kind == NodeKind::check ||
        (node.kind == NodeKind::load &&
         !is_contiguous(kernel, access, id, kernel.loops.size() - 2)))
      return false;
  }
  return analysis::work_of(kernel, kernel.body) < most_work;
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
  analysis::AccessAnalysis access(kernel);
  if (machine.vector.scalable || !has_rows(kernel, usual) ||
      !is_light(kernel, access))
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
