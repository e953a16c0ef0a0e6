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

} // namespace
} // namespace landfall::native
