//===- interleave.cpp - Results of a short last loop ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/interleave.h"

#include "kernel_analysis/access/work_estimate.h"

namespace landfall::kernels {

namespace {

/// The most iterations that are computed side by side.
constexpr int64_t most_parts = 8;
/// The most work of a point (analysis::work_of) of which there are so many
/// copies.
constexpr double most_work = 300;

struct Movements {
  bool along_lanes = true; ///< All loads are contiguous or uniform.
  bool along_last = true;  ///< The same for the last loop.
  bool is_plain = true;    ///< No control flow but folds, no checks.
};

void visit(const Kernel &kernel, const Block &block,
           analysis::AccessAnalysis &access, Movements &found) {
  auto moves_well = [&](NodeId load, size_t loop) {
    analysis::Movement movement =
        access.movement(load, kernel.body.params[loop]);
    return movement == analysis::Movement::none ||
           movement == analysis::Movement::unit;
  };
  size_t rank = kernel.loops.size();
  for (NodeId id : block.nodes) {
    const Node &node = kernel.nodes[id];
    if (node.kind == NodeKind::load) {
      found.along_lanes &= moves_well(id, rank - 2);
      found.along_last &= moves_well(id, rank - 1);
    }
    found.is_plain &= node.kind != NodeKind::check &&
                      node.kind != NodeKind::branch &&
                      node.kind != NodeKind::loop_while;
    for (const Block &inner : node.blocks)
      visit(kernel, inner, access, found);
  }
}

} // namespace

bool can_interleave(const Kernel &kernel, const Machine &machine,
                    analysis::AccessAnalysis &access) {
  size_t rank = kernel.loops.size();
  if (machine.vector.scalable || kernel.kind != KernelClass::map || rank < 2)
    return false;
  const Extent &last = kernel.loops[rank - 1], &lanes = kernel.loops[rank - 2];
  if (!last.constant || last.value < 2 || last.value > most_parts ||
      (lanes.constant && lanes.value <= last.value) ||
      analysis::work_of(kernel, kernel.body) > most_work)
    return false;
  Movements found;
  visit(kernel, kernel.body, access, found);
  return found.is_plain && found.along_lanes && !found.along_last;
}

} // namespace landfall::kernels
