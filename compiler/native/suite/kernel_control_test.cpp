//===- kernel_control_test.cpp - Accesses and control by the data ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/kernel_forms_for_test.h"

#include <gtest/gtest.h>

namespace landfall::native {
namespace {

/// Reads by data (gather), by division and remainder of the index (reshape),
/// reversed, and by a rounded real position (resize).
Kernel odd_accesses() {
  FormMaker k("odd_accesses", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t table = k.input(DType::i32, {sized(1)});
  uint32_t where = k.input(DType::u8, {sized(1)});
  for (int n = 0; n < 5; ++n)
    k.output(n == 4 ? f32 : DType::i32, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64), n = k.size(1);
  NodeId index = k.scalar(ScalarOp::cast, i64, {k.load(where, {j})});
  NodeId gathered = k.load(table, {k.op(ScalarOp::mod, index, n)});
  NodeId flat = k.add(k.mul(i, n), j);
  NodeId digit = k.op(ScalarOp::mod, flat, n);
  NodeId third = k.op(ScalarOp::div, j, k.literal(3));
  NodeId reversed = k.load(table, {k.sub(k.sub(n, k.literal(1)), j)});
  NodeId half = k.mul(k.scalar(ScalarOp::cast, f32, {j}), k.real(0.5f));
  NodeId low = k.scalar(ScalarOp::cast, i64, {k.unary(ScalarOp::floor, half)});
  NodeId position = k.scalar(ScalarOp::cast, f32, {k.load(table, {low})});
  k.yield({gathered, k.load(table, {digit}), k.load(table, {third}), reversed,
           k.mul(position, half)});
  return std::move(k.kernel);
}

/// Remainders and quotients of a shifted index by s2, also below zero.
Kernel index_division() {
  FormMaker k("index_division", KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0)};
  for (int n = 0; n < 5; ++n)
    k.output(n < 3 ? i64 : boolean, k.kernel.loops);
  NodeId i = k.add(k.param(i64), k.size(1)), d = k.size(2);
  k.yield({k.op(ScalarOp::div, i, d), k.op(ScalarOp::mod, i, d),
           k.op(ScalarOp::fmod, i, d), k.op(ScalarOp::lt, i, d),
           k.op(ScalarOp::le, k.mul(i, k.literal(-3)), d)});
  return std::move(k.kernel);
}

TEST(KernelForms, accessesThatAreNotStraight) {
  std::vector<std::vector<int64_t>> divisions;
  for (int64_t d : {1, 2, 3, 7, 16, 100, 5000000, 0, -3})
    for (int64_t start : {0, 5, 4999990, -20})
      divisions.push_back({45, start, d});
  divisions.push_back({45, INT64_MAX - 100, INT64_MAX - 90});
  check_cases({run_at(odd_accesses(), {{1, 1}, {2, 5}, {3, 40}, {4, 100}}),
               run_at(index_division(), divisions)});
}

/// Per point: a branch, a loop and a while whose courses depend on the data.
Kernel diverging() {
  FormMaker k("diverging", KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::i32, {sized(0)});
  uint32_t y = k.input(DType::i32, {fixed(32)});
  k.output(i64, {sized(0)});
  NodeId i = k.param(i64);
  NodeId v = k.scalar(ScalarOp::cast, i64, {k.load(x, {i})});
  NodeId zero = k.literal(0), one = k.literal(1);
  NodeId big = k.op(ScalarOp::lt, k.literal(2), v);
  NodeId count = k.unary(ScalarOp::abs, v);
  NodeId picked =
      k.nest(NodeKind::branch, {big},
             {[&] { // Only here may y be read at v.
                NodeId at = k.load(y, {v});
                k.yield({k.scalar(ScalarOp::cast, i64, {at})});
              },
              [&] {
                k.yield({k.fold(zero, count, one, [&](NodeId n, NodeId total) {
                  NodeId term = k.load(y, {n});
                  return k.add(k.mul(total, k.literal(3)),
                               k.scalar(ScalarOp::cast, i64, {term}));
                })});
              }});
  NodeId value = k.result(picked, 0, i64);
  NodeId steps =
      k.nest(NodeKind::loop_while, {k.unary(ScalarOp::abs, value), zero}, {[&] {
               NodeId left = k.param(i64), n = k.param(i64);
               NodeId half = k.op(ScalarOp::div, left, k.literal(2));
               k.yield({k.op(ScalarOp::lt, zero, half), half, k.add(n, one)});
             }});
  k.yield({k.add(k.result(steps, 1, i64), value)});
  return std::move(k.kernel);
}

/// Columns in parallel: a running sum down each column, stored as it goes,
/// where the value is positive.
Kernel column_scan() {
  FormMaker k("column_scan", KernelClass::loops);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(1)};
  uint32_t x = k.input(DType::i16, {sized(0), sized(1)});
  uint32_t y = k.add_operand({DType::i16, {sized(0), sized(1)}, true, true});
  NodeId j = k.param(i64);
  k.nest(NodeKind::loop, {k.literal(0), k.size(0), k.literal(0, DType::i16)},
         {[&] {
           NodeId i = k.param(i64), sum = k.param(DType::i16);
           NodeId v = k.load(x, {i, j});
           NodeId next = k.add(sum, v);
           NodeId old = k.load(y, {i, j});
           NodeId positive = k.op(ScalarOp::lt, k.literal(0, DType::i16), v);
           k.store(y, {i, j, k.add(next, old), positive});
           k.yield({next});
         }});
  return std::move(k.kernel);
}

TEST(KernelForms, controlThatDiffersBetweenLanes) {
  check_cases({run_at(diverging(), {{0}, {1}, {7}, {64}, {100}, {3000}}),
               run_at(column_scan(), matrices),
               run_at(scan_kernel(), matrices)});
}

TEST(KernelForms, checksReportTheValue) {
  FormMaker k("checked", KernelClass::loops);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::i32, {sized(0)});
  uint32_t y = k.output(DType::i32, {sized(0)});
  NodeId i = k.param(i64);
  NodeId v = k.load(x, {i});
  k.check({k.op(ScalarOp::lt, v, k.literal(8, DType::i32)),
           k.scalar(ScalarOp::cast, i64, {v})},
          "too large");
  k.store(y, {i, v});
  check_cases({run_at(std::move(k.kernel), {{0}, {3}, {20}, {100}, {1000}})});
}

} // namespace
} // namespace landfall::native
