//===- kernel_gathers_test.cpp - Kernels that read at computed places -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/kernel_forms_for_test.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

/// How the column to read is made of a result's column j.
enum class Walk : uint8_t {
  table,      ///< t[j] modulo the columns: anywhere.
  both,       ///< The same from a table that has values for each row.
  reflection, ///< |j - 5|, no further than the end.
  turn,       ///< The same from the end.
  repeat,     ///< j / 3
  skip,       ///< 2 j, by a table.
};

/// y[i, r, j] = x[i, t[r] modulo s1, walk(j)]; rows and columns are s1 and s2
/// of x, s3 and s4 of the result.
Kernel gather(DType type, Walk walk) {
  FormMaker k(fmt::format("gather_{}_{}", name(type), int(walk)),
              KernelClass::map);
  k.kernel.size_count = 5;
  k.kernel.loops = {sized(0), sized(3), sized(4)};
  uint32_t x = k.input(type, {sized(0), sized(1), sized(2)});
  uint32_t rows = k.input(i64, {sized(3)});
  uint32_t columns = k.input(i64, {sized(4)});
  uint32_t pairs = k.input(i64, {sized(3), sized(4)});
  k.output(type, k.kernel.loops);
  NodeId i = k.param(i64), r = k.param(i64), j = k.param(i64);
  NodeId end = k.sub(k.size(2), k.literal(1));
  auto modulo = [&](NodeId v, uint32_t size) {
    return k.op(ScalarOp::mod, v, k.size(size));
  };
  auto near = [&](NodeId v) {
    v = k.op(ScalarOp::min, v, end);
    return k.op(ScalarOp::max, v, k.literal(0));
  };
  NodeId at = j;
  switch (walk) {
  case Walk::table:
    at = modulo(k.load(columns, {j}), 2);
    break;
  case Walk::both:
    at = modulo(k.load(pairs, {r, j}), 2);
    break;
  case Walk::reflection:
    at = near(k.unary(ScalarOp::abs, k.sub(j, k.literal(5))));
    break;
  case Walk::turn:
    at = near(k.sub(end, k.unary(ScalarOp::abs, k.sub(j, k.literal(9)))));
    break;
  case Walk::repeat:
    at = near(k.op(ScalarOp::div, j, k.literal(3)));
    break;
  case Walk::skip:
    at = near(k.add(k.mul(j, k.literal(2)),
                    k.op(ScalarOp::min, k.load(columns, {j}), k.literal(0))));
    break;
  }
  k.yield({k.load(x, {i, modulo(k.load(rows, {r}), 1), at})});
  return std::move(k.kernel);
}

/// Memory is fenced on both sides, so that a load of a whole register must not
/// begin before the first element or end behind the last.
TEST(KernelForms, gathers) {
  std::vector<Case> cases;
  for (DType type : {f32, DType::f64, DType::i64, DType::u8, DType::f16})
    for (Walk walk : {Walk::table, Walk::both, Walk::reflection, Walk::turn,
                      Walk::repeat, Walk::skip})
      cases.push_back(run_at(gather(type, walk), {{1, 1, 1, 1, 1},
                                                  {2, 3, 5, 4, 9},
                                                  {2, 3, 40, 17, 63},
                                                  {1, 40, 31, 33, 100},
                                                  {3, 2, 16, 20, 16},
                                                  {0, 3, 4, 5, 6},
                                                  {2, 5, 300, 1, 131}}));
  check_cases(cases);
}

/// y[i, j, k] = x[k, i, j], twice that in a second result; or `split`, x and y
/// the other way round.
Kernel interleave(DType type, bool split) {
  FormMaker k(fmt::format("interleave_{}{}", name(type), int(split)),
              KernelClass::map);
  k.kernel.size_count = 3;
  std::vector<Extent> joined = {sized(0), sized(1), sized(2)};
  std::vector<Extent> apart = {sized(2), sized(0), sized(1)};
  k.kernel.loops = split ? apart : joined;
  uint32_t x = k.input(type, split ? joined : apart);
  k.output(type, k.kernel.loops);
  k.output(type, k.kernel.loops);
  NodeId a = k.param(i64), b = k.param(i64), c = k.param(i64);
  NodeId v = split ? k.load(x, {b, c, a}) : k.load(x, {c, a, b});
  k.yield({v, type == boolean ? v : k.add(v, v)});
  return std::move(k.kernel);
}

/// Two to four elements are interleaved, and others are transposed in tiles, of
/// which the last overlaps.
TEST(KernelForms, interleavedRows) {
  std::vector<std::vector<int64_t>> sizes = {
      {2, 50, 17}, {1, 16, 31}, {0, 3, 2}, {3, 0, 2}, {3, 33, 1}, {3, 33, 5}};
  for (int64_t count : {2, 3, 4})
    for (auto [rows, length] : {std::pair<int64_t, int64_t>{1, 1},
                                {3, 7},
                                {2, 64},
                                {1, 131},
                                {40, 33}})
      sizes.push_back({rows, length, count});
  std::vector<Case> cases;
  for (DType type :
       {f32, DType::f64, DType::i64, DType::u8, DType::f16, boolean})
    for (bool split : {false, true})
      cases.push_back(run_at(interleave(type, split), sizes));
  check_cases(cases);
}

} // namespace
} // namespace landfall::native
