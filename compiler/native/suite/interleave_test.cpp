//===- interleave_test.cpp - Results of a short last loop -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/kernel_forms_for_test.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

/// y[i, j, p] = x[p, i, j + p - 1] where that is inside, else 3.
Kernel shifted_parts(DType type, int64_t parts, bool guarded) {
  FormMaker k(fmt::format("parts_{}_{}_{}", name(type), parts, int(guarded)),
              KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1), fixed(parts)};
  uint32_t x = k.input(type, {fixed(parts), sized(0), sized(1)});
  k.output(type, k.kernel.loops);
  NodeId i = k.param(i64), j = k.param(i64), p = k.param(i64);
  if (!guarded) {
    k.yield({k.load(x, {p, i, j})});
    return std::move(k.kernel);
  }
  NodeId at = k.sub(k.add(j, p), k.literal(1));
  NodeId other = is_real(type) ? k.scalar(ScalarOp::cast, type, {k.real(3)})
                               : k.literal(3, type);
  k.yield({k.load(x, {p, i, at, k.inside(at, k.size(1)), other})});
  return std::move(k.kernel);
}

TEST(Interleave, partsOfEachType) {
  std::vector<Case> cases;
  for (DType type : {f32, DType::f64, DType::f16, DType::u8, DType::i16,
                     DType::i64, boolean})
    for (int64_t parts : {2, 3, 4, 8})
      for (bool guarded : {false, true})
        if (type != boolean || !guarded)
          cases.push_back(
              run_at(shifted_parts(type, parts, guarded), matrices));
  check_cases(cases);
}

/// Two taps of each phase of a transposed convolution, and two results.
TEST(Interleave, phasesThatSum) {
  FormMaker k("phases", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1), fixed(2)};
  uint32_t x = k.input(f32, {fixed(4), sized(0), sized(1)});
  k.output(f32, k.kernel.loops);
  k.output(DType::i32, k.kernel.loops);
  NodeId i = k.param(i64), q = k.param(i64), r = k.param(i64);
  NodeId two = k.literal(2), start = k.add(r, k.literal(1));
  NodeId phase = k.op(ScalarOp::mod, start, two);
  NodeId carry = k.op(ScalarOp::div, k.sub(start, phase), two);
  NodeId sum = k.fold(k.literal(0), two, k.real(0), [&](NodeId t, NodeId sum) {
    NodeId at = k.sub(k.add(q, carry), t);
    NodeId tap = k.add(phase, k.mul(t, two));
    return k.add(sum,
                 k.load(x, {tap, i, at, k.inside(at, k.size(1)), k.real(0)}));
  });
  k.yield({sum, k.scalar(ScalarOp::cast, DType::i32, {k.add(q, r)})});
  check_cases({run_at(std::move(k.kernel), matrices, {2, 1e-6})});
}

/// A transposed convolution with `stride` phases, whose results have any
/// extent, and a consumer that reads its own index:
/// y[i, o] = z[i, o] + sum over t < 2 of x[(o + 1) mod s + t s, i, q - t] where
/// q = (o + 1) div s.
Kernel gathered_phases(int64_t stride) {
  FormMaker k(fmt::format("gathered_phases_{}", stride), KernelClass::map);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(f32, {fixed(2 * stride), sized(0), sized(2)});
  uint32_t z = k.input(f32, k.kernel.loops);
  k.output(f32, k.kernel.loops);
  NodeId i = k.param(i64), o = k.param(i64);
  NodeId by = k.literal(stride), start = k.add(o, k.literal(1));
  NodeId phase = k.op(ScalarOp::mod, start, by);
  NodeId q = k.op(ScalarOp::div, k.sub(start, phase), by);
  NodeId sum =
      k.fold(k.literal(0), k.literal(2), k.real(0), [&](NodeId t, NodeId sum) {
        NodeId at = k.sub(q, t), tap = k.add(phase, k.mul(t, by));
        return k.add(
            sum, k.load(x, {tap, i, at, k.inside(at, k.size(2)), k.real(0)}));
      });
  k.yield({k.add(k.load(z, {i, o}), sum)});
  return std::move(k.kernel);
}

TEST(Interleave, phasesOfTheLanes) {
  std::vector<Case> cases;
  for (int64_t stride : {2, 3, 5, 8})
    cases.push_back(run_at(gathered_phases(stride),
                           {{3, 64, 31},
                            {2, 129, 60},
                            {1, 1, 1},
                            {3, 0, 7},
                            {0, 9, 4},
                            {5, 37, 0},
                            {2, 1000, 333}},
                           {2, 1e-6}));
  check_cases(cases);
}

/// y[i, o] = x[i, o div s]: repeated pixels.
TEST(Interleave, repeatedElements) {
  std::vector<Case> cases;
  for (DType type : {f32, DType::u8})
    for (int64_t times : {2, 3, 4}) {
      FormMaker k(fmt::format("repeated_{}_{}", name(type), times),
                  KernelClass::map);
      k.kernel.size_count = 3;
      k.kernel.loops = {sized(0), sized(1)};
      uint32_t x = k.input(type, {sized(0), sized(2)});
      k.output(type, k.kernel.loops);
      NodeId i = k.param(i64), o = k.param(i64);
      k.yield({k.load(x, {i, k.op(ScalarOp::div, o, k.literal(times))})});
      std::vector<std::vector<int64_t>> sizes;
      for (int64_t count : {0, 1, 7, 64, 131})
        sizes.push_back({3, count * times, count});
      cases.push_back(run_at(std::move(k.kernel), sizes));
    }
  check_cases(cases);
}

} // namespace
} // namespace landfall::native
