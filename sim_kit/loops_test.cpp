//===- loops_test.cpp -----------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/loops.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <numeric>

namespace landfall::sim_kit {
namespace {

template <typename T> uint8_t *bytes(std::vector<T> &values) {
  return reinterpret_cast<uint8_t *>(values.data());
}

TEST(Loops, ACopyTransposes) {
  std::vector<int32_t> from = {1, 2, 3, 4, 5, 6}, to(6);
  Loop loops[] = {{2, {4, 12}}, {3, {8, 4}}};
  copy_elements({bytes(to), 0, 0}, {bytes(from), 0, 1}, 4, loops);
  EXPECT_EQ(to, (std::vector<int32_t>{1, 4, 2, 5, 3, 6}));
}

TEST(Loops, ACopySurroundsWithZeros) {
  std::vector<int16_t> from = {1, 2, 3, 4}, to(16, -1);
  Loop loops[] = {{2, {8, 4}, 1, 0}, {2, {2, 2}, 1, 1}};
  EXPECT_EQ(strides_of(loops, 0)[0].count, 3u);
  copy_elements({bytes(to), 2, 0}, {bytes(from), 0, 1}, 2, loops);
  EXPECT_EQ(to, (std::vector<int16_t>{-1, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0,
                                      -1, -1, -1}));
  Loop nothing[] = {{0, {2, 2}, 1, 1}};
  copy_elements({bytes(to), 12, 0}, {bytes(from), 0, 1}, 2, nothing);
  EXPECT_EQ(to[6], 0);
  EXPECT_EQ(to[7], 0);
  EXPECT_EQ(to[8], 0) << "before, then after";
}

TEST(Loops, AFillWritesLowBytes) {
  std::vector<uint8_t> to(6, 9);
  Loop loops[] = {{2, {3}}};
  fill_elements({to.data(), 1, 0}, 2, 0x12345, loops);
  EXPECT_EQ(to, (std::vector<uint8_t>{9, 0x45, 0x23, 9, 0x45, 0x23}));
}

TEST(Loops, OperationsRoundAsTheirTypesDo) {
  std::vector<float> memory = {0, 0, 1, 3, 3, 0.1F};
  Loop loops[] = {{2, {4, 4, 4}}};
  compute_elements({ScalarOp::div, DType::f32, DType::f32}, bytes(memory),
                   {0, 8, 16}, loops);
  EXPECT_EQ(memory[0], 1.0F / 3.0F);
  EXPECT_EQ(memory[1], 3.0F / 0.1F);
}

TEST(Loops, ASelectHasAMaskOfBools) {
  // A mask, results, then two sources.
  std::vector<int32_t> memory = {0x0100, 0, 0, 10, 20, 30, 40};
  Loop loops[] = {{2, {4, 1, 4, 4}}};
  compute_elements({ScalarOp::select, DType::i32, DType::i32}, bytes(memory),
                   {4, 0, 12, 20}, loops);
  EXPECT_EQ(memory[1], 30);
  EXPECT_EQ(memory[2], 20);
}

TEST(Loops, AReductionRoundsOnce) {
  std::vector<float> memory = {1e8F, 3, 3, 0, 5, 2, 7, 0};
  Loop loops[] = {{2, {16, 16}}, {3, {0, 4}}};
  reduce_elements({ScalarOp::add}, bytes(memory), {12, 0}, loops);
  EXPECT_EQ(memory[3], 100000006.0F) << "1e8 + 3 alone would stay 1e8";
  EXPECT_EQ(memory[7], 14);
  reduce_elements({ScalarOp::max}, bytes(memory), {12, 0}, loops);
  EXPECT_EQ(memory[7], 7);
}

TEST(Loops, ProductsOfIntegersWrap) {
  std::vector<int8_t> left = {-128, 127, 1, 1};
  std::vector<uint8_t> right = {255, 1, 2, 3};
  std::vector<int32_t> sums = {7, 7, INT32_MAX, 7};
  MatrixProduct product;
  product.rows = product.columns = product.depth = 2;
  product.left = {DType::i8, bytes(left), 2};
  product.right = {DType::u8, right.data(), 2};
  product.sums = {DType::i32, bytes(sums), 8};
  product.adds = true;
  multiply(product);
  EXPECT_EQ(sums[0], 7 - 128 * 255 + 127 * 2);
  EXPECT_EQ(sums[1], 7 - 128 + 127 * 3);
  EXPECT_EQ(sums[2], INT32_MIN + 256);
  product.adds = false;
  multiply(product);
  EXPECT_EQ(sums[3], 4);
}

TEST(Loops, ProductsOfRealsRoundAfterEachBlockOfTheDepth) {
  std::vector<float> ones(4, 1), right = {1e8F, 3, 3, 3}, sum(1);
  MatrixProduct product;
  product.rows = product.columns = 1;
  product.depth = 4;
  product.left = {DType::f32, bytes(ones), 16};
  product.right = {DType::f32, bytes(right), 4};
  product.sums = {DType::f32, bytes(sum), 4};
  multiply(product);
  EXPECT_EQ(sum[0], 1e8F);
  product.depth_of_rounding = 4;
  multiply(product);
  EXPECT_EQ(sum[0], 1e8F + 8) << "1e8 + 9, rounded once";
}

} // namespace
} // namespace landfall::sim_kit
