//===- memory_plan_test.cpp - Which tensors share bytes -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/lower/memory_plan.h"

#include "compiler/passes/pass_for_test.h"
#include "ir/builder_impl.h"

namespace landfall::compiler {
namespace {

using namespace ir;

Tensor relu(Tensor x) {
  return x.builder().elementwise({x}, [](auto e) { return maximum(e[0], 0); });
}

Tensor transposed(Tensor x) {
  return x.builder().map({x.dim(1), x.dim(0)}, x.dtype(),
                         [&](auto i) { return x.at({i[1], i[0]}); });
}

Tensor row_sums(Tensor x) {
  Builder &b = x.builder();
  return b.map({x.dim(0), 1}, x.dtype(), [&](auto i) {
    return sum(b, {x.dim(1)}, x.dtype(),
               [&](auto k) { return x.at({i[0], k[0]}); });
  });
}

/// What a tensor needs in the arena.
Size bytes_of(Tensor x) {
  return ceildiv(x.element_count() * Size(size_of(x.dtype())),
                 arena_alignment) *
         Size(arena_alignment);
}

class MemoryPlanTest : public testing::Test {
protected:
  Module module;
  Builder b{module};
  Tensor x = input(b); // [rows, columns]
  MemoryPlan planned;

  void plan() { planned = plan_memory(module.impl()); }

  /// The slot of a tensor; -1: it is allocated on its own.
  int slot(Tensor tensor) {
    auto found = planned.slot_of.find(value_of(tensor));
    return found == planned.slot_of.end() ? -1 : int(found->second);
  }
};

TEST_F(MemoryPlanTest, ElementwiseResultsOverwriteTheirDyingOperand) {
  Tensor a = relu(x), c = relu(a), y = relu(c);
  b.output("y", y);
  plan();
  EXPECT_EQ(planned.slots.size(), 1u);
  EXPECT_EQ(slot(a), 0);
  EXPECT_EQ(slot(c), 0);
  EXPECT_EQ(planned.slots[0].bytes, bytes_of(a));
}

TEST_F(MemoryPlanTest, InputsAndOutputsHaveTheirOwnMemory) {
  Tensor y = relu(x);
  b.output("y", y);
  b.output("z", b.reshape(relu(y), {x.element_count()}));
  plan();
  EXPECT_TRUE(planned.slots.empty()) << "a reshaped output is one, too";
  EXPECT_EQ(slot(x), -1);
}

TEST_F(MemoryPlanTest, AnOperandThatIsReadLaterIsNotOverwritten) {
  Tensor a = relu(x), c = relu(a);
  b.output("y", b.elementwise({a, c}, [](auto e) { return e[0] + e[1]; }));
  plan();
  EXPECT_NE(slot(a), slot(c));
}

TEST_F(MemoryPlanTest, MovedElementsNeedASecondSlotWhichIsReused) {
  Tensor a = relu(x), t = transposed(a), u = transposed(t);
  b.output("y", relu(u));
  plan();
  EXPECT_EQ(planned.slots.size(), 2u);
  EXPECT_NE(slot(a), slot(t));
  EXPECT_EQ(slot(a), slot(u)) << "a is dead when u is computed";
}

TEST_F(MemoryPlanTest, ASlotGrowsToItsLargestTensor) {
  Tensor a = relu(x), sums = row_sums(a);
  Tensor wide = b.map({x.dim(0), x.dim(1), 2}, DType::f32, [&](auto i) {
    return sums.at({i[0], b.index(0)}) + cast(i[2], DType::f32);
  });
  b.output("y", b.map({x.dim(0)}, DType::f32, [&](auto i) {
    return sum(b, {x.dim(1)}, DType::f32,
               [&](auto k) { return wide.at({i[0], k[0], b.index(1)}); });
  }));
  plan();
  EXPECT_EQ(planned.slots.size(), 2u);
  EXPECT_EQ(slot(a), slot(wide));
  EXPECT_EQ(planned.slots[slot(a)].bytes, max(bytes_of(a), bytes_of(wide)));
  EXPECT_EQ(planned.slots[slot(sums)].bytes, bytes_of(sums));
}

TEST_F(MemoryPlanTest, AReshapeKeepsItsBytesAlive) {
  Tensor a = relu(x), flat = b.reshape(a, {x.element_count()});
  Tensor between = transposed(row_sums(x));
  Tensor late = b.map({x.dim(0)}, DType::f32, [&](auto i) {
    return flat.at({i[0] * b.scalar(x.dim(1))}) +
           between.at({b.index(0), i[0]});
  });
  b.output("y", relu(late));
  plan();
  EXPECT_NE(slot(a), slot(between));
  EXPECT_EQ(slot(flat), -1) << "it is an alias, not a result";
  EXPECT_NE(slot(late), slot(a));
}

TEST_F(MemoryPlanTest, AnotherTypeDoesNotOverwrite) {
  Tensor a = relu(x);
  Tensor n = b.elementwise({a}, [](auto e) { return cast(e[0], DType::i32); });
  b.output("y", transposed(n));
  plan();
  EXPECT_NE(slot(a), slot(n));
}

TEST_F(MemoryPlanTest, WhatControlFlowCarriesMayOutliveASlot) {
  Tensor positive = b.map({}, DType::boolean, [&](auto) {
    return x.at({b.index(0), b.index(0)}) > 0.0;
  });
  Tensor read = relu(x), carried = relu(x);
  Tensor inner;
  auto results = b.if_else(
      positive, [&] { return std::vector<Any>{inner = relu(read)}; },
      [&] { return std::vector<Any>{carried}; });
  b.output("y", relu(results[0].tensor));
  plan();
  EXPECT_GE(slot(read), 0) << "only read inside";
  EXPECT_GE(slot(positive), 0);
  EXPECT_EQ(slot(carried), -1);
  EXPECT_EQ(slot(inner), -1) << "not of the entry graph";
}

/// A loop's body uses what is free where the loop stands, in every iteration
/// anew; what it reads from outside stays until the loop has ended.
TEST_F(MemoryPlanTest, LoopBodiesHaveSlots) {
  Tensor outside = relu(x), dead = relu(x);
  Tensor sums = row_sums(dead), first, second, carried;
  auto step = [&](const Builder::LoopState &) {
    first = relu(outside);
    second = transposed(first);
    carried = transposed(second);
    return Builder::LoopStep{{}, {carried}, {}};
  };
  b.output("y", b.loop(b.from_size(3), {}, {x}, step)[0].tensor);
  b.output("z", transposed(transposed(sums)));
  plan();
  EXPECT_EQ(slot(carried), -1);
  ASSERT_GE(slot(first), 0);
  EXPECT_EQ(slot(first), slot(dead));
  for (Tensor inner : {first, second}) {
    EXPECT_NE(slot(inner), slot(outside));
    EXPECT_NE(slot(inner), slot(sums));
  }
}

TEST_F(MemoryPlanTest, ExtentsThatTheRunDecidesAreNotPlanned) {
  Tensor count = b.map({}, DType::i64, [&](auto) {
    return cast(x.at({b.index(0), b.index(0)}), DType::i64);
  });
  Size n = b.read(count, 0, {0, 8});
  Tensor y = b.map({n}, DType::f32, [&](auto i) {
    return cast(i[0], DType::f32) + x.at({b.index(0), b.index(0)});
  });
  b.output("y", relu(y));
  plan();
  EXPECT_EQ(slot(y), -1);
  EXPECT_GE(slot(count), 0);
}

TEST_F(MemoryPlanTest, ExtentsOfZeroAndOne) {
  Tensor none = b.map({0, x.dim(1)}, DType::f32,
                      [&](auto i) { return x.at({i[0], i[1]}); });
  Tensor one =
      b.map({1, 1}, DType::f32, [&](auto i) { return x.at({i[0], i[1]}); });
  Tensor both = b.map({x.dim(1)}, DType::f32, [&](auto i) {
    return one.at({b.index(0), b.index(0)}) +
           sum(b, {0}, DType::f32,
               [&](auto k) { return none.at({k[0], i[0]}); });
  });
  b.output("y", relu(both));
  plan();
  EXPECT_EQ(planned.slots[slot(none)].bytes, Size(0));
  EXPECT_EQ(planned.slots[slot(one)].bytes, Size(arena_alignment));
}

} // namespace
} // namespace landfall::compiler
