//===- term_finder_test.cpp - Terms of a fold that the body repeats -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/term_finder.h"

#include "package/kernel_for_test.h"

#include <functional>
#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64;

/// y[i, j] = exp(x[i, j]) / (sum over k < s1 of exp(x[i, k])).
struct Shares : KernelMaker {
  Shares() : KernelMaker("shares", KernelClass::map) {
    kernel.size_count = 3;
    kernel.loops = {sized(0), sized(1)};
    x = input(f32, kernel.loops);
    z = input(f32, kernel.loops);
    output(f32, kernel.loops);
    i = param(i64);
    j = param(i64);
  }
  NodeId value(NodeId index) {
    return scalar(ScalarOp::exp, f32, {load(x, {i, index})});
  }
  /// The sum over k < `end` of what `term` makes of k.
  NodeId sum(NodeId end, const std::function<NodeId(NodeId)> &term) {
    NodeId loop = nest(NodeKind::loop, {literal(0), end, real(0)}, {[&] {
                         NodeId k = param(i64), total = param(f32);
                         made = term(k);
                         yield({scalar(ScalarOp::add, f32, {total, made})});
                       }});
    return result(loop, 0, f32);
  }
  void finish(NodeId numerator, NodeId denominator) {
    repeated = numerator;
    yield({scalar(ScalarOp::div, f32, {numerator, denominator})});
  }
  std::optional<RecordedTerm> found() {
    return find_recorded_term(kernel, plan_loops(kernel, {}));
  }
  uint32_t x, z;
  NodeId i, j, made = no_node, repeated = no_node;
};

TEST(TermFinder, findsWhatTheBodyRepeats) {
  Shares k;
  NodeId total = k.sum(k.size(1), [&](NodeId at) { return k.value(at); });
  k.finish(k.value(k.j), total);
  auto found = k.found();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->term, k.made);
  EXPECT_EQ(found->repeated, k.repeated);
  EXPECT_EQ(found->index, k.j);
}

TEST(TermFinder, theFoldMustSpanTheWholeRow) {
  Shares k;
  NodeId total = k.sum(k.size(2), [&](NodeId at) { return k.value(at); });
  k.finish(k.value(k.j), total);
  EXPECT_FALSE(k.found());
}

TEST(TermFinder, cheapTermsAreComputedAgain) {
  Shares k;
  NodeId total =
      k.sum(k.size(1), [&](NodeId at) { return k.load(k.x, {k.i, at}); });
  k.finish(k.load(k.x, {k.i, k.j}), total);
  EXPECT_FALSE(k.found());
}

TEST(TermFinder, otherTermsAreNotTaken) {
  Shares k;
  NodeId total = k.sum(k.size(1), [&](NodeId at) {
    return k.scalar(ScalarOp::log, f32, {k.load(k.x, {k.i, at})});
  });
  k.finish(k.value(k.j), total);
  EXPECT_FALSE(k.found());
}

TEST(TermFinder, memoryThatTheResultMayShareIsLeftAlone) {
  // z is read at the point itself: the result may be where z is.
  Shares k;
  NodeId total = k.sum(k.size(1), [&](NodeId at) { return k.value(at); });
  NodeId value = k.value(k.j);
  k.finish(k.scalar(ScalarOp::mul, f32, {value, k.load(k.z, {k.i, k.j})}),
           total);
  EXPECT_FALSE(k.found());
}

} // namespace
} // namespace landfall::kernels
