//===- uniformity_test.cpp - The same in all lanes ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/uniformity.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64;

/// Lanes stand for neighbouring j; i is the same in all of them.
struct Body : KernelMaker {
  Body() : KernelMaker("body", KernelClass::map) {
    kernel.size_count = 2;
    kernel.loops = {sized(0), sized(1)};
    x = input(f32, {sized(0), sized(1)});
    i = param(i64);
    j = param(i64);
  }
  Uniformity visited() {
    Uniformity result(kernel, [](NodeId) { return false; });
    result.set_param(i, false);
    result.set_param(j, true);
    result.visit(kernel.body);
    return result;
  }
  uint32_t x;
  NodeId i, j;
};

TEST(Uniformity, valuesVaryThroughTheirArguments) {
  Body k;
  NodeId row = k.scalar(ScalarOp::add, i64, {k.i, k.literal(1)});
  NodeId column = k.scalar(ScalarOp::add, i64, {row, k.j});
  NodeId fixed_load = k.load(k.x, {row, k.i});
  NodeId moving_load = k.load(k.x, {row, column});
  Uniformity u = k.visited();
  EXPECT_FALSE(u.varies(row));
  EXPECT_TRUE(u.varies(column));
  EXPECT_FALSE(u.varies(fixed_load));
  EXPECT_TRUE(u.varies(moving_load));
}

TEST(Uniformity, aFoldVariesIfAnythingInItDoes) {
  Body k;
  auto fold = [&](NodeId column) {
    return k.nest(NodeKind::loop, {k.literal(0), k.size(0), k.real(0)}, {[&] {
                    NodeId r = k.param(i64), sum = k.param(f32);
                    NodeId value = k.load(k.x, {r, column});
                    k.yield({k.scalar(ScalarOp::add, f32, {sum, value})});
                  }});
  };
  NodeId same = k.result(fold(k.i), 0, f32);
  NodeId differs = k.result(fold(k.j), 0, f32);
  Uniformity u = k.visited();
  EXPECT_FALSE(u.varies(same));
  EXPECT_TRUE(u.varies(differs));
}

TEST(Uniformity, aYieldCountsThoughNoNodeOfTheBlockVaries) {
  Body k;
  NodeId condition =
      k.scalar(ScalarOp::lt, DType::boolean, {k.i, k.literal(2)});
  NodeId branch = k.nest(NodeKind::branch, {condition},
                         {[&] { k.yield({k.i}); }, [&] { k.yield({k.j}); }});
  NodeId picked = k.result(branch, 0, i64);
  EXPECT_TRUE(k.visited().varies(picked));
}

TEST(Uniformity, asksForWhatStandsOutside) {
  Body k;
  Uniformity u(k.kernel, [&](NodeId id) { return id == k.j; });
  EXPECT_TRUE(u.varies(k.j));
  EXPECT_FALSE(u.varies(k.i));
  // What is said of a parameter goes before what is asked.
  u.set_param(k.j, false);
  EXPECT_FALSE(u.varies(k.j));
}

} // namespace
} // namespace landfall::analysis
