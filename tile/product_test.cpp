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
