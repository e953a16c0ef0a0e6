//===- product_test.cpp - Contractions in tiles ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Operands hold small whole numbers, so that sums are exact in any order.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/random_contraction_for_test.h"
#include "tile/run_for_test.h"
#include "tile/tile_plan.h"

namespace landfall::tile {
namespace {

TEST(Product, MatricesOfManySizes) {
  check_kernel(matmul_kernel(),
               {{1, 1, 1},
                {3, 5, 7},
                {0, 3, 2},
                {4, 3, 0},
                {17, 33, 9},
                {1, 100, 64},
                {64, 1, 300},
                {70, 90, 130},
                {128, 64, 257}},
               {}, true);
}

/// Random products and convolutions of all types: those in 64 bits are refused,
/// all others are computed, most on the matrix unit.
TEST(Product, RandomContractions) {
  int products = 0, refused = 0, all = 0;
  for (unsigned seed = 0; seed < 2; ++seed) {
    kernels::RandomContraction make(seed);
    for (int k = 0; k < 16; ++k, ++all) {
      kernels::ContractionCase made = make();
      Result<SharedPlan> plan = make_plan(made.kernel, test_chip());
      if (!plan) {
        EXPECT_EQ(size_of(made.kernel.accumulator), 8)
            << plan.error().message << "\n"
            << print(made.kernel);
        ++refused;
        continue;
      }
      products += plan.value()->product.has_value();
      check_kernel(made.kernel, {made.sizes}, {}, true);
      if (HasFailure())
        return;
    }
  }
  EXPECT_LT(refused, all / 3);
  EXPECT_GT(products, (all - refused) * 2 / 3);
}

/// Which zero points a product has, and what stands around its left operand.
struct Shifted {
  bool left = false, right = false, constant = false;
  enum { none, zeros, fives, loaded } padding = none;
};

/// out[m, n] = the sum over k of (a[m, k - 1] - za[m]) * (b[k, n] - zb[n]).
Kernel shifted_product(DType left, DType right, Shifted how) {
  KernelMaker k("shifted", KernelClass::contraction);
  k.kernel.size_count = 4;
  k.kernel.loops = {sized(0), sized(1)};
  k.kernel.reduce = {sized(2)};
  k.kernel.accumulator = DType::i32;
  uint32_t a = k.input(left, {sized(0), sized(3)});
  uint32_t b = k.input(right, {sized(2), sized(1)});
  uint32_t za = k.input(DType::i8, {sized(0)});
  uint32_t zb = k.input(DType::i32, {sized(1)});
  uint32_t one = k.input(left, {});
  k.output(DType::i32, {sized(0), sized(1)});
  k.in_factors();
  NodeId m = k.param(DType::i64), n = k.param(DType::i64);
  NodeId step = k.param(DType::i64);
  auto wide = [&](NodeId value) {
    return k.scalar(ScalarOp::cast, DType::i32, {value});
  };
  auto shifted = [&](NodeId value, bool is_shifted, NodeId zero) {
    return is_shifted ? k.scalar(ScalarOp::sub, DType::i32, {value, zero})
                      : value;
  };
  NodeId column = k.scalar(ScalarOp::sub, DType::i64, {step, k.literal(1)});
  NodeId x = how.padding == Shifted::none ? k.load(a, {m, step}) : no_node;
  if (x == no_node) {
    NodeId above =
        k.scalar(ScalarOp::le, DType::boolean, {k.literal(0), column});
    NodeId below = k.scalar(ScalarOp::lt, DType::boolean, {column, k.size(3)});
    NodeId guard = k.scalar(ScalarOp::bit_and, DType::boolean, {above, below});
    NodeId other = how.padding == Shifted::loaded
                       ? k.load(one, {})
                       : k.literal(how.padding == Shifted::fives ? 5 : 0, left);
    x = k.load(a, {m, column, guard, other});
  }
  NodeId left_zero =
      how.constant ? k.literal(7, DType::i32) : wide(k.load(za, {m}));
  k.yield({shifted(wide(x), how.left, left_zero),
           shifted(wide(k.load(b, {step, n})), how.right, k.load(zb, {n}))});
  k.in_body();
  k.param(DType::i64);
  k.param(DType::i64);
  k.yield({k.param(DType::i32)});
  return std::move(k.kernel);
}

/// Zero points and what stands around an operand leave products on bytes.
TEST(Product, ZeroPointsAndPadding) {
  using enum DType;
  for (auto [left, right] : {std::pair(u8, i8), {i8, u8}, {u8, u8}})
    for (Shifted how : {Shifted{true, false}, Shifted{false, true},
                        Shifted{true, true}, Shifted{true, true, true},
                        Shifted{false, false, false, Shifted::loaded},
                        Shifted{false, true, false, Shifted::fives},
                        Shifted{true, true, false, Shifted::loaded},
                        Shifted{true, true, false, Shifted::zeros}}) {
      Kernel kernel = shifted_product(left, right, how);
      SharedPlan plan = make_plan(kernel, test_chip()).take();
      ASSERT_TRUE(plan->product) << plan->no_product << print(kernel);
      EXPECT_EQ(plan->product->types.left, left);
      EXPECT_EQ(plan->product->types.right, right);
      std::vector<std::vector<int64_t>> sizes = {
          {1, 1, 1, 1},     {3, 5, 7, 7},      {0, 3, 2, 2},
          {4, 3, 0, 0},     {4, 3, 2, 2},      {17, 33, 9, 9},
          {1, 100, 64, 64}, {64, 1, 300, 300}, {70, 90, 130, 130}};
      if (how.padding != Shifted::none)
        for (auto &each : sizes)
          each[3] = std::max<int64_t>(0, each[3] - 2);
      check_kernel(kernel, sizes, {}, true);
      if (HasFailure())
        return;
    }
}

/// An array of signed bytes multiplies unsigned ones less 128.
TEST(Product, UnsignedBytesOnAnArrayOfSignedOnes) {
  using enum DType;
  std::vector<Capabilities> chips = test_chips();
  for (Capabilities &chip : chips)
    chip.products = {{f32, f32, f32, 1024}, {i8, i8, i32, 8192}};
  for (auto [left, right] : {std::pair(u8, i8), {i8, u8}, {u8, u8}, {i8, i8}})
    for (Shifted how : {Shifted{}, Shifted{true, true},
                        Shifted{false, true, true, Shifted::loaded},
                        Shifted{true, false, false, Shifted::fives}}) {
      Kernel kernel = shifted_product(left, right, how);
      SharedPlan plan = make_plan(kernel, chips[0]).take();
      ASSERT_TRUE(plan->product) << plan->no_product << print(kernel);
      EXPECT_EQ(plan->product->left.load == no_node, left == u8);
      int64_t edge = how.padding == Shifted::none ? 0 : 2;
      check_kernel(kernel,
                   {{1, 1, 3, 3 - edge},
                    {3, 5, 7, 7 - edge},
                    {4, 3, 0, 0},
                    {70, 90, 130, 130 - edge}},
                   {}, true, chips);
      if (HasFailure())
        return;
    }
}

/// Full tiles leave the unit busy: nearly all multiply-adds are of the product.
TEST(Product, LargeMatricesFillTheUnit) {
  Capabilities chip = test_chip();
  Kernel kernel = matmul_kernel();
  SharedPlan plan = make_plan(kernel, chip).take();
  std::mt19937 random(1);
  std::vector<int64_t> sizes = {160, 144, 96};
  auto operands = random_operands(kernel, sizes, true, random);
  double busy = 0;
  run_tiled(plan, chip, sizes, 1, operands, "large", &busy);
  EXPECT_EQ(busy, 1);
}

} // namespace
} // namespace landfall::tile
