//===- table_load_test.cpp - Loads at indices from tables -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/run_for_test.h"
#include "tile/table_load.h"

namespace landfall::tile {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64, boolean = DType::boolean;

TEST(TableLoad, RepeatingTablesAreFewRuns) {
  std::vector<std::optional<int64_t>> halves, odd, clamped;
  for (int64_t i = 0; i < 40; ++i) {
    halves.push_back(i / 2);
    odd.push_back(i % 3 == 1 ? std::optional(i * 5) : std::nullopt);
    clamped.push_back(std::clamp<int64_t>(i - 4, 0, 30));
  }
  EXPECT_EQ(find_runs(halves).size(), 2u);
  std::vector<TableRun> runs = find_runs(odd);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].first, 1);
  EXPECT_EQ(runs[0].period, 3);
  EXPECT_EQ(runs[0].count, 13);
  EXPECT_EQ(runs[0].step, 15);
  EXPECT_EQ(find_runs(clamped).size(), 3u);
  EXPECT_TRUE(find_runs({}).empty());
}

/// y[c, i, j] = x[c, i / s, the reflection of j - 2] where j mod 3 != 1, else
/// -1; s is a size.
TEST(TableLoad, IndicesThatAreNotAffine) {
  KernelMaker k("resize", KernelClass::map);
  k.kernel.size_count = 4;
  k.kernel.loops = {fixed(3), sized(0), sized(1)};
  uint32_t x = k.input(f32, {fixed(3), sized(2), sized(1)});
  k.output(f32, k.kernel.loops);
  k.output(f32, k.kernel.loops);
  NodeId c = k.param(i64), i = k.param(i64), j = k.param(i64);
  auto op = [&](ScalarOp op, NodeId a, NodeId b) {
    bool tests = info(op).signature == ScalarSignature::test;
    return k.scalar(op, tests ? boolean : i64, {a, b});
  };
  NodeId row = op(ScalarOp::div, i, k.size(3));
  NodeId moved =
      k.scalar(ScalarOp::abs, i64, {op(ScalarOp::sub, j, k.literal(2))});
  NodeId last = op(ScalarOp::sub, k.size(1), k.literal(1));
  NodeId column = op(ScalarOp::min, moved, last);
  NodeId residue = op(ScalarOp::mod, j, k.literal(3));
  NodeId guard = k.scalar(ScalarOp::bit_not, boolean,
                          {op(ScalarOp::eq, residue, k.literal(1))});
  k.yield({k.load(x, {c, row, column}),
           k.load(x, {c, row, column, guard, k.real(-1)})});
  check_kernel(k.kernel, {{8, 12, 4, 2},
                          {9, 1, 3, 3},
                          {1, 5, 1, 7},
                          {0, 3, 1, 1},
                          {40, 30, 20, 2},
                          {64, 3, 2, 40}});
}

} // namespace
} // namespace landfall::tile
