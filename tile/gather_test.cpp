//===- gather_test.cpp - Loads at indices from data -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/run_for_test.h"

namespace landfall::tile {
namespace {

constexpr DType i64 = DType::i64;

/// y[a, i, c] = x[a * s3, n[i], c], or, if not `rows`, x[a * s3, 0, n[i]]: of a
/// broadcast, elements that are not in a row. Indices n are of this type.
Kernel gather(DType type, bool rows) {
  KernelMaker k(fmt::format("gather_{}_{}", name(type), int(rows)),
                KernelClass::map);
  k.kernel.size_count = 4;
  k.kernel.loops = {sized(0), sized(1), sized(2)};
  uint32_t x = k.input(DType::f32, {sized(0), fixed(4), fixed(24)});
  uint32_t n = k.input(type, {sized(1)});
  k.output(DType::f32, k.kernel.loops);
  NodeId a = k.param(i64), i = k.param(i64), c = k.param(i64);
  NodeId batch = k.scalar(ScalarOp::mul, i64, {a, k.size(3)});
  NodeId index = k.load(n, {i});
  if (type != i64)
    index = k.scalar(ScalarOp::cast, i64, {index});
  NodeId last = k.scalar(ScalarOp::mul, i64, {a, k.literal(0)});
  k.yield(
      {rows ? k.load(x, {batch, index, c}) : k.load(x, {batch, last, index})});
  return std::move(k.kernel);
}

TEST(Gather, RowsAndElements) {
  std::mt19937 random(4);
  std::vector<Capabilities> chips = test_chips();
  for (DType type : {i64, DType::i32, DType::u8})
    for (bool rows : {true, false}) {
      Kernel kernel = gather(type, rows);
      Result<SharedPlan> plan = make_plan(kernel, chips[0]);
      ASSERT_TRUE(plan.ok()) << plan.error().message;
      for (const std::vector<int64_t> &sizes :
           std::vector<std::vector<int64_t>>{
               {1, 1, 1, 1}, {3, 7, 24, 1}, {2, 90, 24, 0}, {0, 3, 2, 1}}) {
        auto before = random_operands(kernel, sizes, false, random);
        for (int64_t i = 0; i < sizes[1]; ++i)
          store_scalar(type, before[1].data() + i * size_of(type),
                       integer_value(int64_t(random() % 4)));
        auto expected = before;
        std::vector<void *> pointers;
        for (auto &operand : expected)
          pointers.push_back(operand.data());
        ASSERT_TRUE(interpret(kernel, {pointers, sizes}).ok());
        for (size_t c = 0; c < chips.size(); ++c) {
          auto actual = before;
          run_tiled(*plan, chips[c], sizes, c == 1 ? 3 : 1, actual,
                    kernel.name);
          expect_equal(kernel, expected, actual, {}, kernel.name);
        }
      }
    }
}

TEST(Gather, ChipsWithoutIndexedLoadsRefuse) {
  Capabilities chip = test_chip();
  chip.indexed_loads = false;
  Result<SharedPlan> plan = make_plan(gather(i64, true), chip);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().message, "it loads from an index that depends on "
                                  "data, and the chip has no indexed "
                                  "loads");
}

} // namespace
} // namespace landfall::tile
