//===- product_batch_test.cpp - Many small products in tiles --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Operands hold small whole numbers, so that sums are exact in any order.
//
//===----------------------------------------------------------------------===//
#include "tile/run_for_test.h"
#include "tile/tile_plan.h"

namespace landfall::tile {
namespace {

/// out[c, i, j] = the sum over r, q < 3 of x[c, 2 i + r - 1, j + q - 1] *
/// w[c, r, q], plus b[c]; what is outside of x is one value.
Kernel depthwise(DType data, DType weight, DType sum) {
  KernelMaker k("depthwise", KernelClass::map);
  k.kernel.size_count = 5;
  k.kernel.loops = {sized(0), sized(3), sized(4)};
  uint32_t x = k.input(data, {sized(0), sized(1), sized(2)});
  uint32_t w = k.input(weight, {sized(0), fixed(3), fixed(3)});
  uint32_t b = k.input(sum, {sized(0)}), outside = k.input(data, {});
  k.output(sum, k.kernel.loops);
  NodeId c = k.param(DType::i64), i = k.param(DType::i64);
  NodeId j = k.param(DType::i64);
  auto index = [&](ScalarOp op, NodeId p, NodeId q) {
    return k.scalar(op, DType::i64, {p, q});
  };
  auto inside = [&](NodeId at, uint32_t extent) {
    NodeId low = k.scalar(ScalarOp::le, DType::boolean, {k.literal(0), at});
    NodeId high = k.scalar(ScalarOp::lt, DType::boolean, {at, k.size(extent)});
    return k.scalar(ScalarOp::bit_and, DType::boolean, {low, high});
  };
  auto wide = [&](NodeId value) {
    return k.kernel.nodes[value].type == sum
               ? value
               : k.scalar(ScalarOp::cast, sum, {value});
  };
  NodeId none = k.literal(0, sum);
  NodeId outer = k.nest(
      NodeKind::loop, {k.literal(0), k.literal(3), none}, {[&] {
        NodeId r = k.param(DType::i64), rows = k.param(sum);
        NodeId inner = k.nest(
            NodeKind::loop, {k.literal(0), k.literal(3), rows}, {[&] {
              NodeId q = k.param(DType::i64), all = k.param(sum);
              NodeId row =
                  index(ScalarOp::sub,
                        index(ScalarOp::add,
                              index(ScalarOp::mul, i, k.literal(2)), r),
                        k.literal(1));
              NodeId column = index(ScalarOp::sub, index(ScalarOp::add, j, q),
                                    k.literal(1));
              NodeId guard = k.scalar(ScalarOp::bit_and, DType::boolean,
                                      {inside(row, 1), inside(column, 2)});
              NodeId value =
                  wide(k.load(x, {c, row, column, guard, k.load(outside, {})}));
              NodeId factor = wide(k.load(w, {c, r, q}));
              k.yield({k.scalar(
                  ScalarOp::add, sum,
                  {all, k.scalar(ScalarOp::mul, sum, {value, factor})})});
            }});
        k.yield({k.result(inner, 0, sum)});
      }});
  NodeId total = k.result(outer, 0, sum);
  k.yield({k.scalar(ScalarOp::add, sum, {total, k.load(b, {c})})});
  return std::move(k.kernel);
}

/// Windows of one channel are rows of a product; narrow ones go to the unit.
TEST(ProductBatch, DepthwiseOfNarrowTypes) {
  using enum DType;
  for (auto [data, weight, sum] : {std::tuple(u8, i8, i32),
                                   {i8, i8, i32},
                                   {f16, f16, f32},
                                   {bf16, bf16, f32},
                                   {f32, f32, f32}}) {
    Kernel kernel = depthwise(data, weight, sum);
    SharedPlan plan = make_plan(kernel, test_chip()).take();
    ASSERT_EQ(plan->product.has_value(), data != sum);
    if (plan->product)
      EXPECT_EQ(plan->product->batch.size(), 1u);
    check_kernel(kernel,
                 {{1, 1, 1, 1, 1},
                  {2, 5, 7, 3, 7},
                  {37, 6, 5, 3, 5},
                  {3, 40, 33, 20, 33},
                  {0, 4, 4, 2, 4},
                  {130, 2, 3, 1, 3}},
                 {}, true);
    if (HasFailure())
      return;
  }
}

/// out[b, m, n] = the sum over k of x[b, m, k] * y[b, k, n]
Kernel batched() {
  KernelMaker k("batched", KernelClass::contraction);
  k.kernel.size_count = 4;
  k.kernel.loops = {sized(0), sized(1), sized(2)};
  k.kernel.reduce = {sized(3)};
  k.kernel.accumulator = DType::i32;
  uint32_t x = k.input(DType::u8, {sized(0), sized(1), sized(3)});
  uint32_t y = k.input(DType::i8, {sized(0), sized(3), sized(2)});
  k.output(DType::i32, k.kernel.loops);
  k.in_factors();
  NodeId b = k.param(DType::i64), m = k.param(DType::i64);
  NodeId n = k.param(DType::i64), step = k.param(DType::i64);
  auto shifted = [&](NodeId value, int64_t zero) {
    NodeId wide = k.scalar(ScalarOp::cast, DType::i32, {value});
    return k.scalar(ScalarOp::sub, DType::i32,
                    {wide, k.literal(zero, DType::i32)});
  };
  k.yield({shifted(k.load(x, {b, m, step}), 3),
           shifted(k.load(y, {b, step, n}), -2)});
  k.in_body();
  for (size_t loop = 0; loop < k.kernel.loops.size(); ++loop)
    k.param(DType::i64);
  k.yield({k.param(DType::i32)});
  return std::move(k.kernel);
}

/// Zero points are of each product of a tile.
TEST(ProductBatch, SmallMatricesWithZeroPoints) {
  check_kernel(batched(),
               {{1, 1, 1, 1},
                {5, 3, 4, 7},
                {100, 2, 3, 5},
                {7, 20, 33, 40},
                {2, 130, 70, 200},
                {4, 3, 3, 0},
                {0, 3, 3, 3},
                {3, 1, 1, 900}},
               {}, true);
}

/// What they load, and what becomes of their sums, is a few calls for a tile.
TEST(ProductBatch, SmallMatricesShareTheCallsOfATile) {
  SharedPlan plan = make_plan(batched(), test_chip()).take();
  std::mt19937 random(1);
  auto calls = [&](int64_t products) {
    std::vector<int64_t> sizes = {products, 4, 4, 4};
    auto operands = random_operands(plan->kernel, sizes, true, random);
    return run_tiled(plan, test_chip(), sizes, 1, operands, "small");
  };
  // A product, and one for each zero point.
  EXPECT_LT(calls(64), calls(1) + 63 * 3 + 128);
}

} // namespace
} // namespace landfall::tile
