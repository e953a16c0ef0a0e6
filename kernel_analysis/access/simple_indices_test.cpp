//===- simple_indices_test.cpp - Sums whose reach is known ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/simple_indices.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

constexpr DType i64 = DType::i64;

struct Maker : KernelMaker {
  Maker() : KernelMaker("indices", KernelClass::map) {
    kernel.size_count = 2;
    kernel.loops = {sized(0)};
    i = param(i64);
  }
  NodeId add(NodeId a, NodeId b) { return scalar(ScalarOp::add, i64, {a, b}); }
  NodeId mul(NodeId a, NodeId b) { return scalar(ScalarOp::mul, i64, {a, b}); }
  /// The index of a loop between these bounds.
  NodeId index(NodeId low, NodeId high) {
    NodeId result = no_node;
    nest(NodeKind::loop, {low, high}, {[&] { result = param(i64); }});
    return result;
  }
  bool contains(NodeId id) { return SimpleIndices(kernel).contains(id); }
  NodeId i;
};

TEST(SimpleIndices, areSumsOfIndicesSizesAndConstants) {
  Maker k;
  NodeId r = k.index(k.literal(0), k.size(1));
  EXPECT_TRUE(k.contains(k.i));
  EXPECT_TRUE(k.contains(k.add(k.mul(k.i, k.literal(2)), r)));
  EXPECT_TRUE(k.contains(
      k.scalar(ScalarOp::sub, i64, {k.add(k.i, k.size(0)), k.literal(3)})));
}

TEST(SimpleIndices, productsAreWithOneConstant) {
  // Factors neither multiply each other nor are sizes, so that 64 bits are
  // enough.
  Maker k;
  NodeId twice = k.mul(k.i, k.literal(2));
  EXPECT_FALSE(k.contains(k.mul(twice, k.literal(3))));
  EXPECT_FALSE(k.contains(k.mul(k.i, k.size(0))));
  EXPECT_FALSE(k.contains(k.mul(k.i, k.literal(1 << 12))));
}

TEST(SimpleIndices, otherOperationsAndLoadsAreNone) {
  Maker k;
  uint32_t table = k.input(i64, {sized(0)});
  EXPECT_FALSE(k.contains(k.load(table, {k.i})));
  EXPECT_FALSE(k.contains(k.scalar(ScalarOp::div, i64, {k.i, k.literal(2)})));
}

TEST(SimpleIndices, anIndexIsOneIfItsBoundsAre) {
  Maker k;
  uint32_t table = k.input(i64, {sized(0)});
  NodeId from_i = k.index(k.i, k.add(k.i, k.literal(3)));
  NodeId ragged = k.index(k.literal(0), k.load(table, {k.i}));
  EXPECT_TRUE(k.contains(from_i));
  EXPECT_FALSE(k.contains(ragged));
  // A bound that is a product already is not multiplied again.
  EXPECT_FALSE(k.contains(k.index(k.literal(0), k.mul(k.i, k.literal(2)))));
}

TEST(SimpleIndices, knowTheLoopOfAnIndex) {
  Maker k;
  NodeId r = k.index(k.literal(0), k.size(1));
  NodeId loop = NodeId(k.kernel.nodes.size() - 1);
  SimpleIndices simple(k.kernel);
  EXPECT_EQ(simple.loop_of(r), loop);
  EXPECT_EQ(simple.loop_of(k.i), no_node);
}

} // namespace
} // namespace landfall::analysis
