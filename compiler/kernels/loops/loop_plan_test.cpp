//===- loop_plan_test.cpp - How loops are arranged ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/loop_plan.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

constexpr DType f32 = DType::f32, f64 = DType::f64, i64 = DType::i64;
constexpr DType boolean = DType::boolean;

Machine avx2() { return {.vector = {.register_bits = 256, .registers = 16}}; }

/// y[i, j] = what `value` makes, for i < s0 and j < s1.
struct Grid : KernelMaker {
  explicit Grid(DType type = f32) : KernelMaker("grid", KernelClass::map) {
    kernel.size_count = 3;
    kernel.loops = {sized(0), sized(1)};
    x = input(type, kernel.loops);
    xt = input(type, {sized(1), sized(0)});
    row = input(type, {sized(1)});
    column = input(type, {sized(0)});
    output(type, kernel.loops);
    i = param(i64);
    j = param(i64);
  }
  LoopPlan plan(const Machine &machine = avx2()) {
    return plan_loops(kernel, machine);
  }
  /// The depth of a node of the body.
  size_t depth(const LoopPlan &plan, NodeId node) {
    const auto &nodes = kernel.body.nodes;
    return plan.depth[size_t(std::find(nodes.begin(), nodes.end(), node) -
                             nodes.begin())];
  }
  /// The sum over r < s2 of x[row, r].
  NodeId fold(uint32_t operand, NodeId row) {
    NodeId loop =
        nest(NodeKind::loop, {literal(0), size(2), real(0)}, {[&] {
               NodeId r = param(i64), sum = param(f32);
               NodeId e = scalar(ScalarOp::exp, f32, {load(operand, {row, r})});
               yield({scalar(ScalarOp::add, f32, {sum, e})});
             }});
    return result(loop, 0, f32);
  }
  uint32_t x, xt, row, column;
  NodeId i, j;
};

TEST(LoopPlan, lanesStandAlongTheInnermostLoop) {
  Grid k;
  k.yield({k.scalar(ScalarOp::add, f32,
                    {k.load(k.x, {k.i, k.j}), k.load(k.row, {k.j})})});
  LoopPlan plan = k.plan();
  EXPECT_EQ(plan.order, (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(plan.lane_place, 1u);
  EXPECT_EQ(plan.row_loops, 1u);
  EXPECT_TRUE(plan.cuts);
  EXPECT_FALSE(plan.tiled);
  EXPECT_EQ(plan.window_rows, 0u);
}

TEST(LoopPlan, lanesFillRegistersOfTheWidestValue) {
  // Light bodies take two registers at once.
  Grid floats, doubles(f64);
  for (Grid *k : {&floats, &doubles}) {
    k->yield({k->load(k->x, {k->i, k->j})});
    EXPECT_EQ(k->plan().width, k == &floats ? 16u : 8u);
  }
}

TEST(LoopPlan, shortLoopsHaveNoEmptyLanes) {
  KernelMaker k("short", KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0), fixed(3)};
  uint32_t x = k.input(f32, k.kernel.loops);
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  k.yield({k.load(x, {i, j})});
  EXPECT_EQ(plan_loops(k.kernel, avx2()).width, 4u);
}

TEST(LoopPlan, nodesStandInTheOutermostLoopThatTheyCan) {
  Grid k;
  NodeId once = k.scalar(ScalarOp::mul, i64, {k.size(0), k.size(1)});
  NodeId bias = k.load(k.column, {k.i});
  NodeId value = k.load(k.x, {k.i, k.j});
  k.yield({k.scalar(ScalarOp::add, f32, {value, bias})});
  LoopPlan plan = k.plan();
  EXPECT_EQ(k.depth(plan, once), 0u);
  EXPECT_EQ(k.depth(plan, bias), 1u);
  EXPECT_EQ(k.depth(plan, value), 2u);
}

TEST(LoopPlan, aHeavyFoldOfTheColumnsTurnsTheLoops) {
  // Computed once a column, not once a point: the column's loop is outside.
  Grid k;
  NodeId sum = k.fold(k.xt, k.j);
  k.yield({k.scalar(ScalarOp::sub, f32, {k.load(k.x, {k.i, k.j}), sum})});
  LoopPlan plan = k.plan();
  EXPECT_EQ(plan.order, (std::vector<uint32_t>{1, 0}));
  EXPECT_EQ(k.depth(plan, sum), 1u);
}

TEST(LoopPlan, tasksDoNotCutThroughWhatIsComputedOnceARow) {
  // As softmax does: every task that got a part of the row would sum it anew.
  Grid k;
  NodeId sum = k.fold(k.x, k.i);
  k.yield({k.scalar(ScalarOp::sub, f32, {k.load(k.x, {k.i, k.j}), sum})});
  LoopPlan plan = k.plan();
  EXPECT_EQ(plan.row_loops, 1u);
  EXPECT_FALSE(plan.cuts);
}

TEST(LoopPlan, transpositionsWalkInSquares) {
  Grid k;
  NodeId load = k.load(k.xt, {k.j, k.i});
  k.yield({load});
  LoopPlan plan = k.plan();
  EXPECT_TRUE(plan.tiled);
  EXPECT_EQ(plan.transposed, std::vector<NodeId>{load});
  EXPECT_EQ(plan.width, 8u); // A register, so that squares are of registers.
  EXPECT_EQ(plan.row_loops, 0u);
  // Machines that load with strides need no squares.
  Machine scalable = avx2();
  scalable.vector.scalable = true;
  EXPECT_FALSE(k.plan(scalable).tiled);
}

TEST(LoopPlan, padsAreWalkedApartFromTheInterior) {
  // x[i, j - 1], or 0 in front of it.
  Grid k;
  NodeId at = k.scalar(ScalarOp::sub, i64, {k.j, k.literal(1)});
  NodeId inside = k.scalar(ScalarOp::le, boolean, {k.literal(0), at});
  k.yield({k.load(k.x, {k.i, at, inside, k.real(0)})});
  LoopPlan plan = k.plan();
  EXPECT_GT(plan.window_rows, 0u);
  EXPECT_EQ(plan.row_loops, 0u); // Blocks of rows, within a task.
}

TEST(LoopPlan, rowsWithSeveralFoldsAreComputedFoldByFold) {
  // y[i, j] = x[i, j] * sum(x[i, ...]) * sum(x[i, ...])
  for (int count : {1, 2}) {
    Grid k;
    NodeId value = k.load(k.x, {k.i, k.j});
    for (int fold = 0; fold < count; ++fold)
      value = k.scalar(ScalarOp::mul, f32, {value, k.fold(k.x, k.i)});
    k.yield({value});
    EXPECT_EQ(k.plan().row_folds.size(), count == 1 ? 0u : 2u);
  }
}

TEST(LoopPlan, rowsShareTheIndicesThatColumnsLoad) {
  // y[i, j] = x[i, t[j]]
  Grid k;
  uint32_t table = k.input(i64, {sized(1)});
  std::swap(k.kernel.operands[4], k.kernel.operands[5]); // Written ones last.
  NodeId at = k.load(table - 1, {k.j});
  NodeId moved = k.load(k.x, {k.i, at});
  k.yield({moved});
  LoopPlan plan = k.plan();
  EXPECT_GT(plan.sharing_rows, 0u);
  EXPECT_EQ(plan.shared, std::vector<NodeId>{at});
  EXPECT_EQ(plan.row_loops, 0u); // The rows are inside of the columns.
  // More rows, if each point is more than what is moved there.
  k.yield({k.scalar(ScalarOp::add, f32, {moved, k.load(k.x, {k.i, at})})});
  EXPECT_GT(k.plan().sharing_rows, plan.sharing_rows);
}

TEST(LoopPlan, rowsWithIndicesOfTheirOwnShareNothing) {
  // y[i, j] = x[i, t[i, j]]
  Grid k;
  uint32_t table = k.input(i64, k.kernel.loops);
  std::swap(k.kernel.operands[4], k.kernel.operands[5]);
  k.yield({k.load(k.x, {k.i, k.load(table - 1, {k.i, k.j})})});
  EXPECT_EQ(k.plan().sharing_rows, 0u);
}

TEST(LoopPlan, whilesDoNotChooseTheLanes) {
  // From roots[j] down a tree by row i of x. Lanes of rows would be empty where
  // there is one row, and what the walk loads is gathered along either loop.
  Grid k;
  uint32_t roots = k.input(i64, {sized(1)});
  uint32_t feature = k.input(i64, {sized(2)});
  uint32_t next = k.input(i64, {sized(2)});
  NodeId root = k.load(roots, {k.j});
  NodeId walk = k.nest(
      NodeKind::loop_while, {root}, {[&] {
        NodeId at = k.param(i64);
        NodeId x = k.load(k.x, {k.i, k.load(feature, {at})});
        NodeId is_left = k.scalar(ScalarOp::lt, boolean, {x, k.real(0)});
        NodeId child =
            k.scalar(ScalarOp::select, i64, {is_left, at, k.load(next, {at})});
        NodeId goes_on = k.scalar(ScalarOp::lt, boolean, {k.literal(0), child});
        k.yield({goes_on, child});
      }});
  k.yield({k.load(k.row, {k.result(walk, 0, i64)})});
  EXPECT_EQ(k.plan().order, (std::vector<uint32_t>{0, 1}));
}

TEST(LoopPlan, imperativeBodiesKeepTheirOrder) {
  // Checks and stores run at every point, in the description's order.
  Kernel scan = scan_kernel();
  LoopPlan plan = plan_loops(scan, avx2());
  EXPECT_EQ(plan.order, std::vector<uint32_t>{0});
  for (size_t depth : plan.depth)
    EXPECT_EQ(depth, 1u);
}

TEST(LoopPlan, aKernelWithoutLoopsIsOnePoint) {
  KernelMaker k("scalar", KernelClass::map);
  k.output(f32, {});
  k.yield({k.real(1)});
  LoopPlan plan = plan_loops(k.kernel, avx2());
  EXPECT_TRUE(plan.order.empty());
  EXPECT_EQ(plan.width, 1u);
  EXPECT_FALSE(plan.cuts);
}

TEST(LoopPlan, plansAreTheSameEachTime) {
  // Planning and running a kernel plan on their own, and must agree.
  Grid k;
  k.yield({k.load(k.xt, {k.j, k.i})});
  LoopPlan a = k.plan(), b = k.plan();
  EXPECT_EQ(a.order, b.order);
  EXPECT_EQ(a.depth, b.depth);
  EXPECT_EQ(a.width, b.width);
}

/// y[i, j, k] = x[k, i, j] for k < 2: pixels out of channels.
TEST(LoopPlan, shortRowsFromElsewhereAreInterleaved) {
  for (int64_t parts : {2, 8, 9}) {
    KernelMaker k("pixels", KernelClass::map);
    k.kernel.size_count = 2;
    k.kernel.loops = {sized(0), sized(1), fixed(parts)};
    uint32_t x = k.input(f32, {fixed(parts), sized(0), sized(1)});
    uint32_t y = k.input(f32, k.kernel.loops);
    k.output(f32, k.kernel.loops);
    NodeId i = k.param(i64), j = k.param(i64), part = k.param(i64);
    NodeId moved = k.load(x, {part, i, j});
    k.yield({moved});
    LoopPlan plan = plan_loops(k.kernel, avx2());
    EXPECT_EQ(plan.parts.is_last_loop, parts <= 8);
    if (plan.parts.is_last_loop)
      EXPECT_EQ(plan.lane_place, 1u);
    // What is contiguous along the last loop is better read along it.
    k.yield({k.scalar(ScalarOp::add, f32, {moved, k.load(y, {i, j, part})})});
    EXPECT_FALSE(plan_loops(k.kernel, avx2()).parts.is_last_loop);
  }
}

/// y[i, j] = x[j mod s, j div s]: the phases of a transposed convolution.
TEST(LoopPlan, lanesOfOnePhaseAreNeighbours) {
  for (int64_t stride : {1, 2, 8, 9}) {
    Grid k;
    NodeId by = k.literal(stride);
    NodeId phase = k.scalar(ScalarOp::mod, i64, {k.j, by});
    NodeId step = k.scalar(ScalarOp::div, i64, {k.j, by});
    k.yield({k.load(k.x, {phase, step})});
    LoopPlan plan = k.plan();
    EXPECT_EQ(plan.parts.count, stride == 2 || stride == 8 ? stride : 0);
    EXPECT_FALSE(plan.parts.is_last_loop);
  }
}

TEST(LoopPlan, aSinglePointHasNoPhases) {
  Grid k;
  k.kernel.loops.back() = fixed(1);
  NodeId by = k.literal(2);
  NodeId phase = k.scalar(ScalarOp::mod, i64, {k.j, by});
  NodeId step = k.scalar(ScalarOp::div, i64, {k.j, by});
  k.yield({k.load(k.x, {phase, step})});
  EXPECT_EQ(k.plan().parts.count, 0u);
}

/// Division rounds towards zero: its quotients of j - 4 are not evenly spaced.
TEST(LoopPlan, whatMayBeNegativeHasNoPhases) {
  Grid k;
  NodeId moved = k.scalar(ScalarOp::sub, i64, {k.j, k.literal(4)});
  NodeId step = k.scalar(ScalarOp::div, i64, {moved, k.literal(2)});
  k.yield({k.load(k.x, {k.i, step})});
  EXPECT_EQ(k.plan().parts.count, 0u);
}

} // namespace
} // namespace landfall::kernels
