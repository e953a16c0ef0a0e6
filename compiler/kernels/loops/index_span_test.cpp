//===- index_span_test.cpp - Bounds of sums of indices --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/index_span.h"

#include "compiler/kernels/frame/frame_for_test.h"
#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

constexpr DType i64 = DType::i64;

/// Two loops, i < s0 = 10 and j < 7.
struct Maker : KernelMaker {
  Maker() : KernelMaker("spans", KernelClass::map) {
    kernel.size_count = 1;
    kernel.loops = {sized(0), fixed(7)};
    i = param(i64);
    j = param(i64);
  }
  NodeId op(ScalarOp which, NodeId a, NodeId b) {
    return scalar(which, i64, {a, b});
  }
  NodeId i, j;
};

struct Numbers {
  int64_t slope, low, high;
  friend bool operator==(const Numbers &, const Numbers &) = default;
};

Numbers span_of(const Kernel &kernel, NodeId node, NodeId lane_index,
                std::optional<int64_t> known = std::nullopt) {
  Machine machine;
  FrameForTest frame(kernel, machine, {10});
  analysis::SimpleIndices simple(kernel);
  SpanCode code(frame, simple, lane_index,
                [&](NodeId) -> std::optional<IndexRange> {
                  if (!known)
                    return std::nullopt;
                  return IndexRange{frame.index(*known), frame.index(*known)};
                });
  IndexSpan span = code.span(node);
  return {span.slope, frame.number(span.low), frame.number(span.high)};
}

TEST(IndexSpan, anIndexHasAllValuesOfItsLoop) {
  Maker k;
  EXPECT_EQ(span_of(k.kernel, k.i, no_node), (Numbers{0, 0, 9}));
  EXPECT_EQ(span_of(k.kernel, k.j, no_node), (Numbers{0, 0, 6}));
}

TEST(IndexSpan, unlessItsValueIsKnown) {
  Maker k;
  EXPECT_EQ(span_of(k.kernel, k.i, no_node, 4), (Numbers{0, 4, 4}));
}

TEST(IndexSpan, theLanesIndexIsASlope) {
  // 3 * j + i, for lanes along j.
  Maker k;
  NodeId node =
      k.op(ScalarOp::add, k.op(ScalarOp::mul, k.j, k.literal(3)), k.i);
  EXPECT_EQ(span_of(k.kernel, node, k.j), (Numbers{3, 0, 9}));
}

TEST(IndexSpan, negativeFactorsSwapTheEnds) {
  // s0 - 2 * j: from 10 - 12 to 10.
  Maker k;
  NodeId node =
      k.op(ScalarOp::sub, k.size(0), k.op(ScalarOp::mul, k.literal(2), k.j));
  EXPECT_EQ(span_of(k.kernel, node, no_node), (Numbers{0, -2, 10}));
  NodeId minus = k.op(ScalarOp::mul, k.literal(-2), k.j);
  EXPECT_EQ(span_of(k.kernel, minus, no_node), (Numbers{0, -12, 0}));
}

TEST(IndexSpan, aFoldsIndexLiesBetweenItsBounds) {
  // r in [i, i + 3): from 0 to 9 + 2, whatever i is.
  Maker k;
  NodeId r = no_node;
  k.nest(NodeKind::loop, {k.i, k.op(ScalarOp::add, k.i, k.literal(3))},
         {[&] { r = k.param(i64); }});
  EXPECT_EQ(span_of(k.kernel, r, no_node), (Numbers{0, 0, 11}));
  EXPECT_EQ(span_of(k.kernel, r, no_node, 4), (Numbers{0, 4, 6}));
}

TEST(IndexSpan, differencesAreAsFarApartAsTheyCanBe) {
  // The same index on both sides is not recognised: a wide span is a safe one.
  Maker k;
  NodeId node = k.op(ScalarOp::sub, k.j, k.j);
  EXPECT_EQ(span_of(k.kernel, node, no_node), (Numbers{0, -6, 6}));
}

} // namespace
} // namespace landfall::kernels
