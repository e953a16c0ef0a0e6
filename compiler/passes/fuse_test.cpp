//===- fuse_test.cpp - What becomes one kernel, and what does not --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/fuse.h"

#include "compiler/passes/pass_for_test.h"
#include "ir/table.h"

#include <array>

namespace landfall::compiler {
namespace {

using namespace ir;

Tensor relu(Tensor x) {
  return x.builder().elementwise({x}, [](auto e) { return maximum(e[0], 0); });
}

Tensor exponential(Tensor x) {
  return x.builder().elementwise({x}, [](auto e) { return exp(e[0] * 0.1); });
}

Tensor row_sums(Tensor x) {
  Builder &b = x.builder();
  return b.map({x.dim(0), 1}, DType::f32, [&](auto i) {
    return sum(b, {x.dim(1)}, DType::f32,
               [&](auto k) { return x.at({i[0], k[0]}); });
  });
}

/// The pass must not change what the graph computes.
Outcome fused(const BuildGraph &build) {
  Outcome after = outcome(build, fuse);
  EXPECT_EQ(after.values, outcome(build, nullptr).values);
  EXPECT_FALSE(after.values.empty());
  return after;
}

TEST(Fuse, ProducerIntoConsumer) {
  Outcome after = fused([](Builder &b) {
    Tensor x = input(b);
    b.output("y", b.elementwise({exponential(relu(x)), x},
                                [](auto e) { return e[0] - e[1]; }));
  });
  EXPECT_EQ(after.count("lf.map"), 1) << after.text;
}

TEST(Fuse, LongChainsBecomeSeveralKernels) {
  Outcome after = fused([](Builder &b) {
    Tensor x = input(b);
    for (int step = 0; step < 200; ++step)
      x = exponential(x);
    b.output("y", x);
  });
  EXPECT_GT(after.count("lf.map"), 5) << after.text;
  EXPECT_LT(after.count("lf.map"), 40) << after.text;
}

TEST(Fuse, ProducerIntoAReductionThatReadsItOnce) {
  Outcome after =
      fused([](Builder &b) { b.output("y", row_sums(exponential(input(b)))); });
  EXPECT_EQ(after.count("lf.map"), 1) << after.text;
}

TEST(Fuse, CostlyWorkIsNotRepeated) {
  Outcome after = fused([](Builder &b) {
    Tensor e = exponential(input(b));
    Tensor sums = row_sums(e);
    b.output("y", b.elementwise({e, sums}, [](auto v) { return v[0] / v[1]; }));
  });
  EXPECT_EQ(after.count("lf.scalar exp("), 1) << after.text;
}

TEST(Fuse, GuardsStayOnTheLoadsOfTheProducer) {
  Outcome after = fused([](Builder &b) {
    Tensor x = input(b), e = relu(x);
    b.output("y", b.map({x.dim(0) + 2, x.dim(1)}, DType::f32, [&](auto i) {
      Scalar row = i[0] - b.index(1);
      Scalar inside = logical_and(b.index(0) <= row, row < b.scalar(x.dim(0)));
      return e.at_or(std::array{row, i[1]}, inside, b.literal(DType::f32, -3));
    }));
  });
  EXPECT_EQ(after.count("lf.map"), 1) << after.text;
}

TEST(Fuse, ATableIsStoredOnce) {
  Outcome after = fused([](Builder &b) {
    Tensor x = input(b);
    Tensor squares = table(b, {x.dim(0)}, DType::f32, [&](auto i) {
      Scalar n = cast(i[0], DType::f32);
      return n * n;
    });
    b.output("y", b.map(x.shape(), DType::f32, [&](auto i) {
      return x.at({i[0], i[1]}) + squares.at({i[0]});
    }));
  });
  EXPECT_EQ(after.count("lf.map"), 2) << after.text;
}

TEST(Fuse, ARealRemainderIsNotRepeated) {
  Outcome after = fused([](Builder &b) {
    Tensor x = input(b);
    Tensor r = b.elementwise({x}, [](auto e) { return e[0] % 3; });
    Tensor sums = row_sums(r);
    b.output("y", b.elementwise({r, sums}, [](auto v) { return v[0] + v[1]; }));
  });
  EXPECT_EQ(after.count("lf.scalar mod("), 1) << after.text;
}

TEST(Fuse, AnOutputIsStillComputed) {
  Outcome after = fused([](Builder &b) {
    Tensor x = input(b), r = relu(x);
    b.output("y", r);
    b.output("z", exponential(r));
  });
  EXPECT_EQ(after.count("lf.output"), 2);
}

} // namespace
} // namespace landfall::compiler
