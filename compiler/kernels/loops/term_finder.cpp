//===- term_finder.cpp - Terms of a fold that the body repeats ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/term_finder.h"

#include "kernel_analysis/access/access_analysis.h"
#include "kernel_analysis/access/work_estimate.h"
#include "package/scalar_op.h"

#include <algorithm>

namespace landfall::kernels {

namespace {

class TermFinder {
public:
  TermFinder(const Kernel &kernel, const LoopPlan &plan)
      : kernel_(kernel), plan_(plan), access_(kernel) {}

  std::optional<RecordedTerm> run();

private:
  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  bool has_free_result();
  bool spans_innermost(NodeId fold);
  bool is_costly(NodeId id);
  bool is_equal(NodeId term, NodeId result);
  void consider(NodeId fold);

  const Kernel &kernel_;
  const LoopPlan &plan_;
  analysis::AccessAnalysis access_;
  NodeId index_ = no_node;      ///< Of the innermost loop.
  NodeId fold_index_ = no_node; ///< Of the fold being looked at.
  std::optional<RecordedTerm> best_;
  double most_work_ = 0;
};

/// Whether there is one result, each row of which one task computes alone, and
/// whose memory no operand may share: such an operand is loaded at the point
/// itself only (KernelFrame::is_separate).
bool TermFinder::has_free_result() {
  size_t rank = plan_.order.size();
  if (kernel_.kind != KernelClass::map || rank == 0 || plan_.tiled ||
      plan_.window_rows > 0 || (plan_.cuts && plan_.row_loops + 1 == rank) ||
      kernel_.body.yields.size() != 1)
    return false;
  for (uint32_t operand = 0; operand < kernel_.operands.size(); ++operand) {
    bool is_used = false, elsewhere = false;
    for (const Node &node : kernel_.nodes)
      if (node.kind == NodeKind::load && node.index == operand) {
        size_t dims = kernel_.operands[operand].dims.size();
        is_used = true;
        elsewhere |=
            !std::equal(node.args.begin(), node.args.begin() + dims,
                        kernel_.body.params.begin(), kernel_.body.params.end());
      }
    if (is_used && (!elsewhere || kernel_.operands[operand].written))
      return false;
  }
  return true;
}

/// Whether the fold is computed once for each iteration of all loops but the
/// innermost, and runs over that one's indices.
bool TermFinder::spans_innermost(NodeId fold) {
  const Extent &extent = kernel_.loops[plan_.order.back()];
  const Node &low = at(at(fold).args[0]), &high = at(at(fold).args[1]);
  bool same = extent.constant ? high.kind == NodeKind::constant &&
                                    int64_t(high.bits) == extent.value
                              : high.kind == NodeKind::size &&
                                    int64_t(high.index) == extent.value;
  return same && low.kind == NodeKind::constant && low.bits == 0;
}

bool TermFinder::is_costly(NodeId id) {
  return at(id).kind == NodeKind::scalar &&
         (landfall::is_costly(at(id).op, at(id).type) ||
          std::ranges::any_of(at(id).args,
                              [&](NodeId arg) { return is_costly(arg); }));
}

/// Whether both are the same expression, of the fold's index and of the loop's.
bool TermFinder::is_equal(NodeId term, NodeId result) {
  if (term == result)
    return true;
  if (term == fold_index_ && result == index_)
    return true;
  const Node &x = at(term), &y = at(result);
  if (x.kind != y.kind || x.type != y.type || x.args.size() != y.args.size())
    return false;
  bool same = false;
  if (x.kind == NodeKind::constant)
    same = x.bits == y.bits;
  else if (x.kind == NodeKind::scalar)
    same = x.op == y.op;
  else if (x.kind == NodeKind::load || x.kind == NodeKind::size)
    same = x.index == y.index;
  return same && std::ranges::equal(x.args, y.args, [&](NodeId a, NodeId b) {
           return is_equal(a, b);
         });
}

void TermFinder::consider(NodeId fold) {
  const Block &block = at(fold).blocks[0];
  DType type = kernel_.operands.back().dtype;
  fold_index_ = block.params[0];
  for (NodeId term : block.nodes) {
    double work = analysis::work_of(kernel_, term);
    if (at(term).type != type || !is_costly(term))
      continue;
    for (NodeId arg : at(term).args)
      if (at(arg).kind == NodeKind::scalar)
        work += analysis::work_of(kernel_, arg);
    for (NodeId result : kernel_.body.nodes)
      if (work > most_work_ && at(result).kind == NodeKind::scalar &&
          access_.depends(result, index_) && is_equal(term, result)) {
        most_work_ = work;
        best_ = {term, fold_index_, result, index_};
      }
  }
}

std::optional<RecordedTerm> TermFinder::run() {
  if (!has_free_result())
    return std::nullopt;
  index_ = kernel_.body.params[plan_.order.back()];
  for (size_t k = 0; k < plan_.depth.size(); ++k) {
    NodeId id = kernel_.body.nodes[k];
    if (at(id).kind == NodeKind::loop &&
        plan_.depth[k] + 1 == plan_.order.size() && spans_innermost(id))
      consider(id);
  }
  return best_;
}

} // namespace

std::optional<RecordedTerm> find_recorded_term(const Kernel &kernel,
                                               const LoopPlan &plan) {
  return TermFinder(kernel, plan).run();
}

} // namespace landfall::kernels
