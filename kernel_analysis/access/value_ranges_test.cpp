//===- value_ranges_test.cpp - Intervals of integer values ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/access/value_ranges.h"

#include "package/interpreter.h"
#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64;

/// Loops (i, j) of extents H = size 0 and 7.
struct Body : KernelMaker {
  Body() : KernelMaker("body", KernelClass::map) {
    kernel.size_count = 1;
    kernel.loops = {sized(0), fixed(7)};
    x = input(f32, {sized(0), fixed(7)});
    output(f32, {sized(0), fixed(7)});
    i = param(i64);
    j = param(i64);
  }
  NodeId flat() {
    NodeId row = scalar(ScalarOp::mul, i64, {i, literal(7)});
    return scalar(ScalarOp::add, i64, {row, j});
  }
  std::vector<ValueRange> ranges(ValueRange height) {
    return value_ranges(kernel, {&height, 1});
  }
  uint32_t x;
  NodeId i, j;
};

TEST(ValueRanges, IndicesAreBelowTheirExtents) {
  Body k;
  NodeId flat = k.flat();
  NodeId row = k.scalar(ScalarOp::div, i64, {flat, k.literal(7)});
  NodeId column = k.scalar(ScalarOp::mod, i64, {flat, k.literal(7)});
  NodeId before = k.scalar(ScalarOp::sub, i64, {k.i, k.literal(3)});
  NodeId inside = k.scalar(ScalarOp::max, i64, {before, k.literal(0)});
  auto ranges = k.ranges({0, 1000});
  EXPECT_EQ(ranges[k.i], (ValueRange{0, 999}));
  EXPECT_EQ(ranges[flat], (ValueRange{0, 6999}));
  EXPECT_EQ(ranges[row], (ValueRange{0, 999}));
  EXPECT_EQ(ranges[column], (ValueRange{0, 6}));
  EXPECT_EQ(ranges[before], (ValueRange{-3, 996}));
  EXPECT_EQ(ranges[inside], (ValueRange{0, 996}));
}

TEST(ValueRanges, WhatMayOverflowMayBeAnything) {
  Body k;
  NodeId flat = k.flat();
  EXPECT_EQ(k.ranges({0, INT64_MAX})[flat], ValueRange());
  NodeId byte = k.scalar(ScalarOp::cast, DType::i8, {flat});
  EXPECT_EQ(k.ranges({0, 10})[byte], (ValueRange{0, 69}));
  EXPECT_EQ(k.ranges({0, 100})[byte], (ValueRange{-128, 127}));
}

TEST(ValueRanges, FoldsCountWithinTheirBounds) {
  Body k;
  NodeId index = no_node, carried = no_node;
  NodeId fold =
      k.nest(NodeKind::loop, {k.literal(-1), k.size(0), k.literal(0)}, {[&] {
               index = k.param(i64);
               carried = k.param(i64);
               k.yield({k.scalar(ScalarOp::add, i64, {index, carried})});
             }});
  NodeId sum = k.result(fold, 0, i64);
  auto ranges = k.ranges({0, 5});
  EXPECT_EQ(ranges[index], (ValueRange{-1, 4}));
  EXPECT_EQ(ranges[carried], ValueRange());
  EXPECT_EQ(ranges[sum], ValueRange());
}

TEST(ValueRanges, BranchesGiveEither) {
  Body k;
  NodeId low = k.scalar(ScalarOp::lt, DType::boolean, {k.i, k.literal(4)});
  NodeId branch =
      k.nest(NodeKind::branch, {low},
             {[&] { k.yield({k.literal(-5)}); }, [&] { k.yield({k.j}); }});
  NodeId value = k.result(branch, 0, i64);
  EXPECT_EQ(k.ranges({0, 9})[value], (ValueRange{-5, 6}));
  EXPECT_EQ(k.ranges({0, 9})[low], (ValueRange{0, 1}));
}

TEST(ValueRanges, AMachineOf32BitsComputesWhatStaysSmall) {
  Body k;
  NodeId row = k.scalar(ScalarOp::div, i64, {k.flat(), k.literal(7)});
  k.yield({k.load(k.x, {row, k.j})});
  EXPECT_TRUE(fits_32_bits(k.kernel, k.ranges({0, 1 << 20})));
  EXPECT_TRUE(fits_32_bits(k.kernel, k.ranges({306783378, 306783378})));
  EXPECT_FALSE(fits_32_bits(k.kernel, k.ranges({0, 1 << 30})));
}

/// What the interpreter computes at every point is in the range.
TEST(ValueRanges, ValuesOfLaunchesAreInside) {
  KernelMaker k("values", KernelClass::map);
  k.kernel.loops = {fixed(9)};
  k.output(i64, {fixed(9)});
  NodeId i = k.param(i64);
  NodeId shifted = k.scalar(ScalarOp::sub, i64, {i, k.literal(4)});
  NodeId value = k.scalar(
      ScalarOp::add, i64,
      {k.scalar(ScalarOp::mod, i64, {shifted, k.literal(3)}),
       k.scalar(ScalarOp::mul, i64,
                {k.scalar(ScalarOp::div, i64, {shifted, k.literal(2)}),
                 k.scalar(ScalarOp::min, i64, {shifted, k.literal(1)})})});
  k.yield({value});
  int64_t out[9];
  void *operands[] = {out};
  ASSERT_TRUE(interpret(k.kernel, {operands, {}}).ok());
  ValueRange range = value_ranges(k.kernel, {})[value];
  for (int64_t element : out) {
    EXPECT_GE(element, range.least);
    EXPECT_LE(element, range.most);
  }
  EXPECT_TRUE(range.fits({-20, 20})) << range.least << ", " << range.most;
}

} // namespace
} // namespace landfall::analysis
