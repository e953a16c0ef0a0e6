//===- window_problem.cpp - One sum of windows ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/window_problem.h"

#include "compiler/kernels/lanes/lanes.h"
#include "compiler/kernels/loops/loop_plan.h"

#include <algorithm>
#include <cstdlib>

namespace landfall::kernels {

using analysis::Affine;
using analysis::SizePolynomial;
using analysis::WindowAxis;

namespace {

bool is_one(const SizePolynomial &step) { return step == SizePolynomial(1); }

/// The nodes of the body that are computed after the sums are transposed.
class EpilogueReader {
public:
  explicit EpilogueReader(const WindowProblem &problem)
      : problem_(problem), affine_(problem.kernel, problem.sum.space) {}

  /// Whether row and column are used only in accesses, stores too, whose offset
  /// moves by as many elements from row to row as a row has columns.
  bool joins() {
    for (uint32_t v = *problem_.row.loop + 1; v < *problem_.column.loop; ++v)
      if (problem_.kernel.loops[v] != Extent{true, 1})
        return false;
    for (NodeId yield : problem_.kernel.body.yields)
      if (!visit(yield))
        return false;
    return true;
  }

private:
  bool visit(NodeId id) {
    if (id == problem_.turned)
      return true;
    const Node &node = problem_.kernel.nodes[id];
    if (std::optional<Affine> form = affine_.read(id))
      return !form->uses(*problem_.row.loop) &&
             !form->uses(*problem_.column.loop);
    size_t first = 0;
    if (node.kind == NodeKind::load) {
      first = problem_.kernel.operands[node.index].dims.size();
      std::optional<Affine> offset = affine_.offset(node);
      if (!offset || !joins(*offset))
        return false;
    }
    return std::all_of(node.args.begin() + long(first), node.args.end(),
                       [&](NodeId arg) { return visit(arg); });
  }
  bool joins(const Affine &form) {
    uint32_t column = *problem_.column.loop;
    return form.coefficient(*problem_.row.loop) ==
           form.coefficient(column) *
               SizePolynomial::of(problem_.kernel.loops[column]);
  }

  const WindowProblem &problem_;
  analysis::AffineReader affine_;
};

/// Whether elements of all loads follow each other along the columns, and not
/// along the channels.
bool reads_along_columns(const WindowProblem &problem) {
  bool along_channels = false;
  for (const analysis::WindowLoad &load : problem.sum.data.loads) {
    SizePolynomial step = problem.step(load.offset, problem.column);
    if (!step.is_zero() && !is_one(step))
      return false;
    along_channels |= is_one(load.offset.coefficient(problem.sum.channel));
  }
  return !along_channels;
}

bool are_column_bounds(const WindowProblem &problem) {
  for (const analysis::WindowLoad &load : problem.sum.data.loads) {
    if (!load.conditions)
      return false;
    for (const Affine &condition : *load.conditions) {
      std::optional<int64_t> step =
          problem.step(condition, problem.column).constant();
      if (condition.uses(problem.sum.channel) || !step || *step < -1 ||
          *step > 1)
        return false;
    }
  }
  return true;
}

/// A load, or one that is converted; else null.
const Node *light_load(const WindowProblem &problem) {
  const std::vector<Node> &nodes = problem.kernel.nodes;
  const Node *node = &nodes[problem.sum.data.value];
  if (node->kind == NodeKind::scalar && node->op == ScalarOp::cast)
    node = &nodes[node->args[0]];
  return node->kind == NodeKind::load ? node : nullptr;
}

std::optional<uint64_t> constant_outside(const WindowProblem &problem) {
  const Node *load = light_load(problem);
  if (!load ||
      load->args.size() <= problem.kernel.operands[load->index].dims.size())
    return std::nullopt;
  const Node &other = problem.kernel.nodes[load->args.back()];
  bool is_converted = load != &problem.kernel.nodes[problem.sum.data.value];
  if (other.kind != NodeKind::constant || (is_converted && other.bits != 0))
    return std::nullopt;
  return other.bits;
}

/// Whether a node is computed from sums, sizes and indices other than the
/// channel's alone.
bool is_apart_from_channels(const WindowProblem &problem, NodeId id) {
  const Node &node = problem.kernel.nodes[id];
  if (id == problem.sum.fold || node.kind == NodeKind::constant ||
      node.kind == NodeKind::size)
    return true;
  if (node.kind == NodeKind::param)
    return id != problem.kernel.body.params[problem.sum.channel];
  bool is_plain =
      node.kind == NodeKind::scalar ||
      (node.kind == NodeKind::result && node.args[0] == problem.sum.fold);
  return is_plain &&
         std::all_of(node.args.begin(), node.args.end(), [&](NodeId arg) {
           return is_apart_from_channels(problem, arg);
         });
}

/// Whether the only result can be computed with the channels in the lanes.
bool finishes_by_channels(const WindowProblem &problem) {
  const std::vector<NodeId> &yields = problem.kernel.body.yields;
  return !problem.channels_last && yields.size() == 1 &&
         problem.kernel.nodes[yields[0]].type == problem.sum.type &&
         is_apart_from_channels(problem, yields[0]);
}

/// Whether all taps are one loop in memory, contiguous, for all loads.
bool reads_along_taps(const WindowProblem &problem) {
  for (const analysis::WindowLoad &load : problem.sum.weight.loads) {
    if (load.guarded)
      return false;
    SizePolynomial step(1);
    for (size_t t = problem.taps.size(); t-- > 0;) {
      if (load.offset.coefficient(problem.taps[t]) != step)
        return false;
      step =
          step * SizePolynomial::of(problem.sum.space.extents[problem.taps[t]]);
    }
  }
  return true;
}

/// As measured on processors of 2019 to 2024.
int64_t cost_of_loops(const WindowProblem &problem) {
  if (problem.channels_last) // Its lanes too; each tap has guards of its own.
    return 60;
  if (!problem.sum.has_weights())
    return problem.column.stride == 1 ? 28 : 40;
  LoopPlan plan = plan_loops(problem.kernel, problem.machine);
  if (plan.window_rows > 1) // Taps are unrolled, rows share what they load.
    return problem.column.stride == 1 ? 9 : 27;
  return plan.lane_place < plan.order.size() ? 40 : 200;
}

} // namespace

WindowProblem::WindowProblem(const Kernel &the_kernel,
                             const Machine &the_machine,
                             analysis::WindowSum the_sum)
    : kernel(the_kernel), machine(the_machine), sum(std::move(the_sum)),
      width(Lanes::natural_width(machine, sum.type)), block(14), small_block(8),
      channels_last(sum.channel + 1 == kernel.loops.size()), turned(sum.fold) {
  std::vector<WindowAxis> axes = sum.axes;
  auto last_loop = [&](WindowAxis &to) {
    auto found = std::find_if(axes.rbegin(), axes.rend(),
                              [](const WindowAxis &axis) { return axis.loop; });
    if (found == axes.rend())
      return;
    to = *found;
    axes.erase(std::next(found).base());
  };
  last_loop(column);
  last_loop(row);
  outer = std::move(axes);
  taps = outer_taps();
  for (const WindowAxis &axis : {row, column})
    if (axis.tap)
      taps.push_back(sum.taps[*axis.tap]);
  rows_join = row.loop && EpilogueReader(*this).joins();
  if (!rows_join && finishes_by_channels(*this)) {
    turned = kernel.body.yields[0];
    rows_join = row.loop && EpilogueReader(*this).joins();
  }
  bounds_columns = are_column_bounds(*this);
  if (bounds_columns)
    padding = constant_outside(*this);
  transposes_data = reads_along_columns(*this);
  transposes_weights = reads_along_taps(*this);
  loops_cost = cost_of_loops(*this);
}

bool WindowProblem::reaches_far() const {
  return llvm::any_of(sum.axes, [](const WindowAxis &axis) {
    return axis.tap && std::abs(axis.dilation) * axis.stride > 8;
  });
}

std::vector<uint32_t> WindowProblem::outer_loops() const {
  std::vector<uint32_t> loops;
  for (const WindowAxis &axis : outer)
    if (axis.loop)
      loops.push_back(*axis.loop);
  return loops;
}

std::vector<uint32_t> WindowProblem::outer_taps() const {
  std::vector<uint32_t> variables;
  for (const WindowAxis &axis : outer)
    if (axis.tap)
      variables.push_back(sum.taps[*axis.tap]);
  return variables;
}

uint32_t WindowProblem::position_variable(const WindowAxis &axis) const {
  return axis.loop && axis.stride == 1 ? *axis.loop : sum.taps[*axis.tap];
}

int64_t WindowProblem::position_scale(const WindowAxis &axis) const {
  return axis.loop && axis.stride == 1 ? 1 : axis.dilation;
}

SizePolynomial WindowProblem::step(const Affine &form,
                                   const WindowAxis &axis) const {
  if (axis.loop && axis.stride == 1)
    return form.coefficient(*axis.loop);
  return form.coefficient(sum.taps[*axis.tap]) * SizePolynomial(axis.dilation);
}

} // namespace landfall::kernels
