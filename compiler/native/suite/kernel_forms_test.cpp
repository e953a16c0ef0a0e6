//===- kernel_forms_test.cpp - Kernels of many shapes ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Each form that the loop generator treats in a way of its own, at sizes around
// the edges of vectors and tasks. Windows and control have files of their own.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/kernel_forms_for_test.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

/// Softmax over `axis` of [s0, s1, s2]: two folds and a map in one.
Kernel softmax(int axis) {
  FormMaker k(fmt::format("softmax{}", axis), KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1), sized(2)};
  uint32_t x = k.input(f32, k.kernel.loops);
  k.output(f32, k.kernel.loops);
  std::vector<NodeId> at = {k.param(i64), k.param(i64), k.param(i64)};
  auto along = [&](NodeId index) {
    std::vector<NodeId> moved = at;
    moved[axis] = index;
    return k.load(x, moved);
  };
  NodeId zero = k.literal(0), extent = k.size(uint32_t(axis));
  NodeId top =
      k.fold(zero, extent, k.real(-INFINITY), [&](NodeId i, NodeId best) {
        return k.op(ScalarOp::max, best, along(i));
      });
  auto lifted = [&](NodeId v) { return k.unary(ScalarOp::exp, k.sub(v, top)); };
  NodeId sum = k.fold(zero, extent, k.real(0), [&](NodeId i, NodeId total) {
    return k.add(total, lifted(along(i)));
  });
  k.yield({k.op(ScalarOp::div, lifted(k.load(x, at)), sum)});
  return std::move(k.kernel);
}

TEST(KernelForms, softmaxOverAnyAxis) {
  std::vector<Case> cases;
  for (int axis = 0; axis < 3; ++axis)
    cases.push_back(run_at(softmax(axis),
                           {{1, 1, 1},
                            {2, 3, 5},
                            {4, 33, 7},
                            {3, 2, 130},
                            {70, 5, 9},
                            {0, 3, 3},
                            {1, 1, 3000}},
                           {16, 1e-6}));
  check_cases(cases);
}

/// y[i, j] = (x - mean) / sqrt(var + eps) * g[j] over rows.
Kernel layer_norm() {
  FormMaker k("layer_norm", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(f32, k.kernel.loops), g = k.input(f32, {sized(1)});
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  NodeId zero = k.literal(0), n = k.size(1);
  NodeId count = k.scalar(ScalarOp::cast, f32, {n});
  NodeId sum = k.fold(zero, n, k.real(0), [&](NodeId r, NodeId total) {
    return k.add(total, k.load(x, {i, r}));
  });
  NodeId mean = k.op(ScalarOp::div, sum, count);
  NodeId squares = k.fold(zero, n, k.real(0), [&](NodeId r, NodeId total) {
    NodeId d = k.sub(k.load(x, {i, r}), mean);
    return k.scalar(ScalarOp::fma, f32, {d, d, total});
  });
  NodeId variance = k.op(ScalarOp::div, squares, count);
  NodeId scale = k.unary(ScalarOp::sqrt, k.add(variance, k.real(1e-5f)));
  NodeId centred = k.sub(k.load(x, {i, j}), mean);
  k.yield({k.mul(k.op(ScalarOp::div, centred, scale), k.load(g, {j}))});
  return std::move(k.kernel);
}

/// out[i] = fold over j of op; `transposed`: x[j, i].
Kernel reduction(ScalarOp op, DType type, bool transposed) {
  FormMaker k(fmt::format("reduce_{}_{}_{}", info(op).text, name(type),
                          transposed ? "columns" : "rows"),
              KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x =
      k.input(type, transposed ? std::vector<Extent>{sized(1), sized(0)}
                               : std::vector<Extent>{sized(0), sized(1)});
  k.output(type, {sized(0)});
  NodeId i = k.param(i64);
  NodeId init = k.literal(0, type);
  k.yield({k.fold(k.literal(0), k.size(1), init, [&](NodeId j, NodeId total) {
    return k.op(op, total, transposed ? k.load(x, {j, i}) : k.load(x, {i, j}));
  })});
  return std::move(k.kernel);
}

TEST(KernelForms, reductionsOfRowsAndColumns) {
  std::vector<Case> cases = {run_at(layer_norm(), matrices, {0, 2e-4})};
  for (bool transposed : {false, true}) {
    for (DType type : {DType::i8, DType::u8, DType::i32, DType::i64})
      for (ScalarOp op : {ScalarOp::add, ScalarOp::max, ScalarOp::min,
                          ScalarOp::bit_xor, ScalarOp::sub})
        cases.push_back(run_at(reduction(op, type, transposed), matrices));
    for (DType type : {f32, DType::f64, DType::f16, DType::bf16})
      for (ScalarOp op : {ScalarOp::max, ScalarOp::min})
        cases.push_back(run_at(reduction(op, type, transposed), matrices));
    cases.push_back(
        run_at(reduction(ScalarOp::add, f32, transposed), matrices, {0, 1e-4}));
    cases.push_back(run_at(reduction(ScalarOp::add, DType::f64, transposed),
                           matrices, {0, 1e-11}));
  }
  check_cases(cases);
}

/// y[i] = the extreme of x[i, r, c] over r < s1, c < s2; or over c < r only,
/// where the inner fold's trip count depends on the outer one.
Kernel extreme_of_planes(ScalarOp op, bool triangle) {
  FormMaker k(fmt::format("{}_{}", info(op).text, int(triangle)),
              KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(f32, {sized(0), sized(1), sized(2)});
  k.output(f32, {sized(0)});
  NodeId i = k.param(i64), zero = k.literal(0);
  NodeId none = k.real(op == ScalarOp::max ? -INFINITY : INFINITY);
  k.yield({k.fold(zero, k.size(1), none, [&](NodeId r, NodeId outer) {
    NodeId end = triangle ? r : k.size(2);
    return k.fold(zero, end, outer, [&](NodeId c, NodeId best) {
      return k.op(op, best, k.load(x, {i, r, c}));
    });
  })});
  return std::move(k.kernel);
}

/// Special values: NaNs and zeros of both signs are decided after the loops.
TEST(KernelForms, extremesOfPlanes) {
  std::mt19937 random(5);
  std::vector<Case> cases;
  for (ScalarOp op : {ScalarOp::min, ScalarOp::max})
    for (bool triangle : {false, true}) {
      Case test{extreme_of_planes(op, triangle), {}, {}};
      for (int launch = 0; launch < 12; ++launch) {
        int64_t rows = launch * launch, columns = rows + launch % 3;
        test.launches.push_back(random_launch(test.kernel, {5, rows, columns},
                                              random, launch % 2 == 0));
      }
      cases.push_back(std::move(test));
    }
  check_cases(cases);
}

/// Sum of everything in a [s0, s1, s2], by nested folds, and its maximum.
Kernel whole_reduction() {
  FormMaker k("whole", KernelClass::map);
  k.kernel.size_count = 3;
  uint32_t x = k.input(DType::i32, {sized(0), sized(1), sized(2)});
  k.output(DType::i32, {});
  NodeId zero = k.literal(0), none = k.literal(0, DType::i32);
  k.yield({k.fold(zero, k.size(0), none, [&](NodeId a, NodeId sum_a) {
    return k.fold(zero, k.size(1), sum_a, [&](NodeId b, NodeId sum_b) {
      return k.fold(zero, k.size(2), sum_b, [&](NodeId c, NodeId sum) {
        return k.add(sum, k.load(x, {a, b, c}));
      });
    });
  })});
  return std::move(k.kernel);
}

/// y[i, j] = x[j, i] + b[j] + c[i * s2] (s2 is 0 or 1: a broadcast).
Kernel transpose_and_broadcast() {
  FormMaker k("transpose", KernelClass::map);
  k.kernel.size_count = 4;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(f32, {sized(1), sized(0)});
  uint32_t b = k.input(f32, {sized(1)});
  uint32_t c = k.input(f32, {sized(3)});
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64);
  NodeId sum = k.add(k.load(x, {j, i}), k.load(b, {j}));
  k.yield({k.add(sum, k.load(c, {k.mul(j, k.size(2))}))});
  return std::move(k.kernel);
}

TEST(KernelForms, wholeReductionsTransposesBroadcasts) {
  std::vector<std::vector<int64_t>> cubes = {
      {1, 1, 1}, {3, 4, 5}, {0, 2, 2}, {7, 9, 100}, {2, 300, 3}};
  std::vector<Case> cases = {run_at(whole_reduction(), cubes)};
  std::vector<std::vector<int64_t>> broadcasts;
  for (const auto &m : matrices) {
    broadcasts.push_back({m[0], m[1], 0, 1});
    broadcasts.push_back({m[0], m[1], 1, m[1]});
    broadcasts.push_back({m[0], m[1], 2, m[1] * 2});
  }
  cases.push_back(run_at(transpose_and_broadcast(), broadcasts));
  check_cases(cases);
}

/// y[i, j, k] = x[j * s3, k], and that plus i (s3 is 0 or 1: a broadcast).
Kernel broadcast_to_rows(DType type) {
  FormMaker k(fmt::format("rows_{}", name(type)), KernelClass::map);
  k.kernel.size_count = 5;
  k.kernel.loops = {sized(0), sized(1), sized(2)};
  uint32_t x = k.input(type, {sized(4), sized(2)});
  k.output(type, k.kernel.loops);
  k.output(DType::i64, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64), column = k.param(i64);
  NodeId value = k.load(x, {k.mul(j, k.size(3)), column});
  NodeId number = k.scalar(ScalarOp::cast, i64, {value});
  k.yield({value, k.add(number, i)});
  return std::move(k.kernel);
}

/// With one element, also that of a row that is cut between tasks.
TEST(KernelForms, rowsOfAnyLength) {
  std::vector<std::vector<int64_t>> sizes;
  for (int64_t columns : {0, 1, 2, 97})
    for (int64_t rows : {0, 1, 7, 97})
      for (int64_t step : {0, 1})
        sizes.push_back({3, rows, columns, step, step ? rows : 1});
  sizes.push_back({2, 300'007, 1, 1, 300'007});
  sizes.push_back({30'011, 5, 1, 0, 1});
  std::vector<Case> cases;
  for (DType type : {DType::u8, DType::i32, DType::i64, DType::f16})
    cases.push_back(run_at(broadcast_to_rows(type), sizes));
  check_cases(cases);
}

/// Element-wise with a bias by the middle index; collapses to two loops.
Kernel bias_add(DType type) {
  FormMaker k(fmt::format("bias_{}", name(type)), KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), fixed(3), sized(1), fixed(1), fixed(5)};
  uint32_t x = k.input(type, k.kernel.loops);
  uint32_t b = k.input(type, {fixed(3), fixed(1)});
  k.output(type, k.kernel.loops);
  k.output(type, k.kernel.loops);
  std::vector<NodeId> at;
  for (int d = 0; d < 5; ++d)
    at.push_back(k.param(i64));
  NodeId v = k.load(x, at);
  NodeId sum = k.add(v, k.load(b, {at[1], k.literal(0)}));
  k.yield({sum, k.op(ScalarOp::max, v, sum)});
  return std::move(k.kernel);
}

TEST(KernelForms, collapsedElementwiseOfManyTypes) {
  std::vector<Case> cases;
  for (DType type : {DType::i8, DType::i16, DType::i32, DType::i64, f32,
                     DType::f64, DType::f16, DType::bf16})
    cases.push_back(
        run_at(bias_add(type), {{1, 1}, {2, 7}, {0, 1}, {3, 50}, {1, 4000}}));
  check_cases(cases);
}

TEST(KernelForms, contractionsAsMaps) {
  check_cases({run_at(matmul_kernel(),
                      {{1, 1, 1},
                       {3, 5, 7},
                       {0, 3, 2},
                       {4, 3, 0},
                       {17, 33, 9},
                       {1, 100, 64},
                       {64, 1, 300},
                       {70, 90, 130}},
                      {64, 1e-4}),
               run_at(add_relu_kernel(), {{0}, {1}, {100}, {70000}})});
}

} // namespace
} // namespace landfall::native
