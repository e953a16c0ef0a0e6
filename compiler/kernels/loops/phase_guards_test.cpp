//===- phase_guards_test.cpp - Where guards of phases hold ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/phase_guards.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64, boolean = DType::boolean;

/// y[o] = x[o mod 2, (o - o mod 2) div 2 - 1] where 0 <= that and
/// o mod 2 + s1 < s2.
struct Phases : KernelMaker {
  Phases() : KernelMaker("phases", KernelClass::map) {
    kernel.size_count = 3;
    kernel.loops = {sized(0)};
    uint32_t x = input(f32, {fixed(2), sized(2)});
    output(f32, kernel.loops);
    NodeId o = param(i64), two = literal(2);
    NodeId phase = scalar(ScalarOp::mod, i64, {o, two});
    NodeId even = scalar(ScalarOp::sub, i64, {o, phase});
    NodeId step = scalar(ScalarOp::div, i64, {even, two});
    NodeId at = scalar(ScalarOp::sub, i64, {step, literal(1)});
    differs = scalar(ScalarOp::le, boolean, {literal(0), at});
    NodeId tap = scalar(ScalarOp::add, i64, {phase, size(1)});
    NodeId same = scalar(ScalarOp::lt, boolean, {tap, size(2)});
    NodeId both = scalar(ScalarOp::bit_and, boolean, {differs, same});
    yield({load(x, {phase, at, both, real(0)})});
  }
  NodeId differs;
};

TEST(PhaseGuards, thoseThatDifferBetweenLanes) {
  Phases k;
  LoopPlan plan = plan_loops(k.kernel, {});
  ASSERT_EQ(plan.parts.count, 2u);
  PhaseGuards guards(k.kernel, plan);
  EXPECT_EQ(guards.comparisons().size(), 1u);
  EXPECT_TRUE(guards.comparisons().contains(k.differs));
}

TEST(PhaseGuards, noneWithoutPhases) {
  Phases k;
  EXPECT_TRUE(PhaseGuards(k.kernel, {}).comparisons().empty());
}

} // namespace
} // namespace landfall::kernels
