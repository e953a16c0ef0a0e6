//===- vector_fold_test.cpp - Reductions found ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/body/vector_fold.h"

#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

constexpr DType f32 = DType::f32, i64 = DType::i64;

/// Loops over rows and columns of x[s0, s1].
struct Maker : KernelMaker {
  Maker() : KernelMaker("folds", KernelClass::map) {
    kernel.size_count = 2;
    x = input(f32, {sized(0), sized(1)});
  }
  using Step = std::function<NodeId(NodeId index, NodeId carried)>;
  NodeId fold(Extent extent, const Step &step) {
    NodeId high =
        extent.constant ? literal(extent.value) : size(uint32_t(extent.value));
    return nest(NodeKind::loop, {literal(0), high, real(0)}, {[&] {
                  NodeId index = param(i64), carried = param(f32);
                  yield({step(index, carried)});
                }});
  }
  NodeId op(ScalarOp which, NodeId a, NodeId b) {
    return scalar(which, f32, {a, b});
  }
  std::optional<VectorFold> find(NodeId loop) {
    return find_vector_fold({.vector = {.register_bits = 256}}, kernel, loop);
  }
  /// A sum over `extent` columns of a row.
  NodeId row_sum(Extent extent, ScalarOp how = ScalarOp::add) {
    NodeId row = literal(0);
    return fold(extent, [&](NodeId j, NodeId sum) {
      return op(how, sum, load(x, {row, j}));
    });
  }
  uint32_t x;
};

TEST(VectorFold, sumsOfNeighboursHaveSeveralRegistersOfLanes) {
  Maker k;
  NodeId loop = k.row_sum(sized(1));
  auto fold = k.find(loop);
  ASSERT_TRUE(fold);
  EXPECT_EQ(fold->lane_loop, loop);
  EXPECT_EQ(fold->combiners[0], ScalarOp::add);
  // One addition waits for the last; four registers overlap.
  EXPECT_EQ(fold->width, 4 * 8u);
}

TEST(VectorFold, combinersAreAssociative) {
  for (ScalarOp op :
       {ScalarOp::add, ScalarOp::mul, ScalarOp::min, ScalarOp::max})
    EXPECT_TRUE([&] {
      Maker k;
      NodeId loop = k.row_sum(sized(1), op);
      return k.find(loop);
    }());
  Maker k;
  NodeId loop = k.row_sum(sized(1), ScalarOp::div);
  EXPECT_FALSE(k.find(loop));
}

TEST(VectorFold, subtractionsAddUpAndProductsToo) {
  Maker k;
  NodeId minus = k.row_sum(sized(1), ScalarOp::sub);
  ASSERT_TRUE(k.find(minus));
  EXPECT_EQ(k.find(minus)->combiners[0], ScalarOp::add);
  NodeId dot = k.fold(sized(1), [&](NodeId j, NodeId sum) {
    NodeId value = k.load(k.x, {k.literal(0), j});
    return k.scalar(ScalarOp::fma, f32, {value, value, sum});
  });
  ASSERT_TRUE(k.find(dot));
  EXPECT_EQ(k.find(dot)->combiners[0], ScalarOp::add);
  // fma(a, b, sum) adds to the sum; fma(sum, a, b) is a recurrence.
  NodeId power = k.fold(sized(1), [&](NodeId j, NodeId sum) {
    NodeId value = k.load(k.x, {k.literal(0), j});
    return k.scalar(ScalarOp::fma, f32, {sum, value, value});
  });
  EXPECT_FALSE(k.find(power));
}

TEST(VectorFold, aSumThatIsLookedAtMeanwhileIsNone) {
  // sum + x * sum: lanes do not have the sum so far.
  Maker k;
  NodeId loop = k.fold(sized(1), [&](NodeId j, NodeId sum) {
    NodeId value = k.load(k.x, {k.literal(0), j});
    return k.op(ScalarOp::add, sum, k.op(ScalarOp::mul, value, sum));
  });
  EXPECT_FALSE(k.find(loop));
}

TEST(VectorFold, lanesTakeTheLoopThatWalksNeighbours) {
  // sum over i, j of x[j, i]: neighbours are along the outer loop.
  Maker k;
  NodeId inner = no_node;
  NodeId outer = k.fold(sized(1), [&](NodeId i, NodeId carried) {
    inner = k.nest(NodeKind::loop, {k.literal(0), k.size(0), carried}, {[&] {
                     NodeId j = k.param(i64), sum = k.param(f32);
                     k.yield({k.op(ScalarOp::add, sum, k.load(k.x, {j, i}))});
                   }});
    return k.result(inner, 0, f32);
  });
  auto fold = k.find(outer);
  ASSERT_TRUE(fold);
  EXPECT_EQ(fold->loop, outer);
  EXPECT_EQ(fold->lane_loop, outer);
  EXPECT_FALSE(k.find(inner)); // Alone, it has only strides.
}

TEST(VectorFold, shortFoldsAreNotSpread) {
  Maker k;
  NodeId two = k.row_sum(fixed(2));
  EXPECT_FALSE(k.find(two));
  // No more lanes than there are indices.
  NodeId ten = k.row_sum(fixed(10));
  ASSERT_TRUE(k.find(ten));
  EXPECT_EQ(k.find(ten)->width, 16u);
}

TEST(VectorFold, sideEffectsKeepTheirOrder) {
  Maker k;
  uint32_t y = k.add_operand({f32, {sized(1)}, true, false});
  NodeId loop = k.fold(sized(1), [&](NodeId j, NodeId sum) {
    NodeId next = k.op(ScalarOp::add, sum, k.load(k.x, {k.literal(0), j}));
    k.store(y, {j, k.real(1)});
    return next;
  });
  EXPECT_FALSE(k.find(loop));
}

TEST(VectorFold, findsWhatAnExtremeIsComparedWith) {
  Maker k;
  NodeId fresh = no_node, node = no_node;
  NodeId loop = k.fold(sized(1), [&](NodeId j, NodeId best) {
    fresh = k.load(k.x, {k.literal(0), j});
    return node = k.op(ScalarOp::max, fresh, best);
  });
  auto extreme = find_extreme({}, k.kernel, loop);
  ASSERT_TRUE(extreme);
  EXPECT_EQ(extreme->node, node);
  EXPECT_EQ(extreme->fresh, fresh);
  EXPECT_FALSE(find_extreme({}, k.kernel, k.row_sum(sized(1))));
}

} // namespace
} // namespace landfall::kernels
