//===- map_test.cpp - Element-wise kernels in tiles -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/run_for_test.h"

namespace landfall::tile {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64, boolean = DType::boolean;

const std::vector<std::vector<int64_t>> matrices = {
    {1, 1}, {3, 5}, {0, 4}, {4, 0}, {7, 33}, {2, 1000}, {130, 17}, {97, 101}};

TEST(Map, ElementwiseOverAnyLength) {
  check_kernel(add_relu_kernel(), {{0}, {1}, {7}, {100}, {4999}, {20000}});
}

/// y[i, j] = x[j, i] + b[j] + c[j * s2]; s2 is 0 or 1: a broadcast.
Kernel transpose_and_broadcast() {
  KernelMaker k("transpose", KernelClass::map);
  k.kernel.size_count = 4;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(f32, {sized(1), sized(0)});
  uint32_t b = k.input(f32, {sized(1)});
  uint32_t c = k.input(f32, {sized(3)});
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  NodeId sum =
      k.scalar(ScalarOp::add, f32, {k.load(x, {j, i}), k.load(b, {j})});
  NodeId at = k.scalar(ScalarOp::mul, i64, {j, k.size(2)});
  k.yield({k.scalar(ScalarOp::add, f32, {sum, k.load(c, {at})})});
  return std::move(k.kernel);
}

TEST(Map, TransposesAndBroadcasts) {
  std::vector<std::vector<int64_t>> sizes;
  for (const auto &m : matrices) {
    sizes.push_back({m[0], m[1], 0, 1});
    sizes.push_back({m[0], m[1], 1, m[1]});
  }
  check_kernel(transpose_and_broadcast(), sizes);
}

/// y[i, j] = i < rows of x and 1 <= j <= columns of x ? x[i, j - 1] : other,
/// where other is `fill`, or z[i, j]; and i * 3 - j as a real, masked.
Kernel padded(std::optional<float> fill) {
  KernelMaker k("padded", KernelClass::map);
  k.kernel.size_count = 4;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(f32, {sized(2), sized(3)});
  uint32_t z = k.input(f32, k.kernel.loops);
  k.output(f32, k.kernel.loops);
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  NodeId column = k.scalar(ScalarOp::sub, i64, {j, k.literal(1)});
  NodeId guard = k.scalar(ScalarOp::lt, boolean, {i, k.size(2)});
  for (NodeId bound : {k.scalar(ScalarOp::le, boolean, {k.literal(0), column}),
                       k.scalar(ScalarOp::lt, boolean, {column, k.size(3)})})
    guard = k.scalar(ScalarOp::bit_and, boolean, {guard, bound});
  NodeId other = fill ? k.real(*fill) : k.load(z, {i, j});
  NodeId loaded = k.load(x, {i, column, guard, other});
  NodeId index = k.scalar(ScalarOp::sub, i64,
                          {k.scalar(ScalarOp::mul, i64, {i, k.literal(3)}), j});
  NodeId below = k.scalar(ScalarOp::le, boolean, {j, i});
  k.yield({loaded, k.scalar(ScalarOp::select, f32,
                            {below, k.scalar(ScalarOp::cast, f32, {index}),
                             k.load(z, {i, j})})});
  return std::move(k.kernel);
}

TEST(Map, GuardsBecomeClippedBoxes) {
  std::vector<std::vector<int64_t>> sizes;
  for (const auto &m : matrices) {
    sizes.push_back({m[0], m[1], m[0] / 2, m[1] / 2});
    sizes.push_back({m[0], m[1], m[0], std::max<int64_t>(0, m[1] - 2)});
  }
  for (std::optional<float> fill :
       {std::optional<float>(0.0f), std::optional<float>(-3.5f),
        std::optional<float>()})
    check_kernel(padded(fill), sizes);
}

/// y[i, j] = x[n - 1 - i, 2 * j]: strides of all signs.
TEST(Map, ReversedAndStridedLoads) {
  KernelMaker k("reversed", KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(DType::u8, {sized(0), sized(2)});
  k.output(DType::u8, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  NodeId last = k.scalar(ScalarOp::sub, i64, {k.size(0), k.literal(1)});
  k.yield({k.load(x, {k.scalar(ScalarOp::sub, i64, {last, i}),
                      k.scalar(ScalarOp::mul, i64, {j, k.literal(2)})})});
  std::vector<std::vector<int64_t>> sizes;
  for (const auto &m : matrices)
    sizes.push_back({m[0], m[1], 2 * m[1]});
  check_kernel(k.kernel, sizes);
}

/// Of rank 5, with a bias by the middle index and two results.
TEST(Map, ManyDimensions) {
  KernelMaker k("bias", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), fixed(3), sized(1), fixed(1), fixed(5)};
  uint32_t x = k.input(f32, {fixed(5), sized(1), fixed(3), sized(0), fixed(1)});
  uint32_t b = k.input(f32, {fixed(3), fixed(1)});
  k.output(f32, k.kernel.loops);
  k.output(f32, k.kernel.loops);
  std::vector<NodeId> at;
  for (int d = 0; d < 5; ++d)
    at.push_back(k.param(i64));
  NodeId value = k.load(x, {at[4], at[2], at[1], at[0], at[3]});
  NodeId sum =
      k.scalar(ScalarOp::add, f32, {value, k.load(b, {at[1], k.literal(0)})});
  k.yield({sum, k.scalar(ScalarOp::max, f32, {value, sum})});
  check_kernel(k.kernel, {{1, 1}, {2, 7}, {0, 1}, {3, 50}, {1, 700}});
}

TEST(Map, RefusalsSayWhy) {
  auto reason = [](const Kernel &kernel) {
    Result<SharedPlan> plan = make_plan(kernel, test_chip());
    return plan.ok() ? "" : plan.error().message;
  };
  EXPECT_EQ(reason(scan_kernel()), "it stores to places that it computes");
  EXPECT_EQ(reason(endless_kernel()), "");
  KernelMaker k("doubles", KernelClass::map);
  k.kernel.loops = {fixed(4)};
  uint32_t x = k.input(DType::f64, k.kernel.loops);
  k.output(DType::f64, k.kernel.loops);
  NodeId i = k.param(i64);
  k.yield({k.scalar(ScalarOp::neg, DType::f64, {k.load(x, {i})})});
  EXPECT_EQ(reason(k.kernel), "the vector unit has no neg of float64");
}

} // namespace
} // namespace landfall::tile
