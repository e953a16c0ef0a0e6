//===- access_analysis_test.cpp - Movement through operands ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/access_analysis.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64;

/// Two loops, i < s0 and j < s1, over x[s0, s1].
struct Grid : KernelMaker {
  Grid() : KernelMaker("grid", KernelClass::map) {
    kernel.size_count = 3;
    kernel.loops = {sized(0), sized(1)};
    x = input(f32, {sized(0), sized(1)});
    i = param(i64);
    j = param(i64);
  }
  NodeId plus(NodeId a, NodeId b) { return scalar(ScalarOp::add, i64, {a, b}); }
  NodeId times(NodeId a, NodeId b) {
    return scalar(ScalarOp::mul, i64, {a, b});
  }
  Movement movement(NodeId access, NodeId variable) {
    return AccessAnalysis(kernel).movement(access, variable);
  }
  uint32_t x;
  NodeId i, j;
};

TEST(AccessAnalysis, neighboursStandAlongTheInnermostDimension) {
  Grid k;
  NodeId load = k.load(k.x, {k.i, k.j});
  EXPECT_EQ(k.movement(load, k.j), Movement::unit);
  EXPECT_EQ(k.movement(load, k.i), Movement::strided);
  EXPECT_EQ(k.movement(k.load(k.x, {k.i, k.plus(k.j, k.literal(3))}), k.j),
            Movement::unit);
  EXPECT_EQ(k.movement(k.load(k.x, {k.i, k.i}), k.j), Movement::none);
}

TEST(AccessAnalysis, factorsStride) {
  Grid k;
  NodeId every_other = k.load(k.x, {k.i, k.times(k.j, k.literal(2))});
  EXPECT_EQ(k.movement(every_other, k.j), Movement::strided);
  // Down by one is a stride too: lanes would come in reverse.
  NodeId back = k.load(k.x, {k.i, k.scalar(ScalarOp::neg, i64, {k.j})});
  EXPECT_EQ(k.movement(back, k.j), Movement::strided);
}

TEST(AccessAnalysis, aFactorOfTheRunIsABroadcastMostLikely) {
  // x[i, j * s2]: how broadcasting is described, with s2 either 0 or 1.
  Grid k;
  NodeId load = k.load(k.x, {k.i, k.times(k.j, k.size(2))});
  EXPECT_EQ(k.movement(load, k.j), Movement::broadcast);
  // Further out, it goes from row to row or stays: a stride of the run.
  EXPECT_EQ(k.movement(k.load(k.x, {k.times(k.i, k.size(2)), k.j}), k.i),
            Movement::strided);
}

TEST(AccessAnalysis, dimensionsOfOneElementDoNotCount) {
  Grid k;
  uint32_t column = k.input(f32, {sized(1), fixed(1)});
  EXPECT_EQ(k.movement(k.load(column, {k.j, k.literal(0)}), k.j),
            Movement::unit);
}

TEST(AccessAnalysis, aDiagonalStrides) {
  Grid k;
  EXPECT_EQ(k.movement(k.load(k.x, {k.j, k.j}), k.j), Movement::strided);
}

TEST(AccessAnalysis, whatIsNotASumIsIrregular) {
  Grid k;
  uint32_t table = k.input(i64, {sized(1)});
  NodeId gathered = k.load(k.x, {k.i, k.load(table, {k.j})});
  EXPECT_EQ(k.movement(gathered, k.j), Movement::irregular);
  EXPECT_EQ(k.movement(k.load(k.x, {k.i, k.times(k.j, k.j)}), k.j),
            Movement::irregular);
  NodeId half = k.scalar(ScalarOp::div, i64, {k.j, k.literal(2)});
  EXPECT_EQ(k.movement(k.load(k.x, {k.i, half}), k.j), Movement::irregular);
}

TEST(AccessAnalysis, aFoldsIndexDependsOnItsBoundsAlone) {
  // sum over r in [i, s2) of x[i, r]: r runs from i, but not with j; the sum
  // takes whatever the block does.
  Grid k;
  NodeId r = no_node, sum = no_node;
  k.nest(NodeKind::loop, {k.i, k.size(2), k.real(0)}, {[&] {
           r = k.param(i64);
           sum = k.param(f32);
           NodeId value = k.load(k.x, {k.j, r});
           k.yield({k.scalar(ScalarOp::add, f32, {sum, value})});
         }});
  AccessAnalysis access(k.kernel);
  EXPECT_TRUE(access.depends(r, k.i));
  EXPECT_FALSE(access.depends(r, k.j));
  EXPECT_TRUE(access.depends(sum, k.i));
  EXPECT_TRUE(access.depends(sum, k.j));
}

TEST(AccessAnalysis, whatIsCarriedDependsOnWhatTheLoopReads) {
  // A walk: at = table[at], as far as x[i] says, asked of the load first.
  Grid k;
  uint32_t table = k.input(i64, {sized(1)});
  NodeId load = no_node, at = no_node;
  k.nest(NodeKind::loop, {k.literal(0), k.size(2), k.literal(0)}, {[&] {
           k.param(i64);
           at = k.param(i64);
           load = k.load(table, {at});
           NodeId seen = k.load(k.x, {k.i, k.literal(0)});
           NodeId far = k.scalar(ScalarOp::cast, i64, {seen});
           k.yield({k.plus(load, far)});
         }});
  AccessAnalysis access(k.kernel);
  EXPECT_EQ(access.movement(load, k.i), Movement::irregular);
  EXPECT_TRUE(access.depends(at, k.i));
  EXPECT_FALSE(access.depends(at, k.j));
}

TEST(AccessAnalysis, scoresPreferNeighbours) {
  Grid k;
  k.load(k.x, {k.i, k.j});
  AccessAnalysis access(k.kernel);
  int along = access.lane_score(k.kernel.body, k.j);
  int across = access.lane_score(k.kernel.body, k.i);
  EXPECT_GT(along, 0);
  EXPECT_LT(across, 0);
}

} // namespace
} // namespace landfall::analysis
