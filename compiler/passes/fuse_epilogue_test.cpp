//===- fuse_epilogue_test.cpp - What a contraction's epilogue takes in ----===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/fuse.h"

#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

Tensor relu(Tensor x) {
  return x.builder().elementwise({x}, [](auto e) { return maximum(e[0], 0); });
}

/// x times its transpose, times `scale`.
Tensor product(Tensor x, double scale = 1) {
  Contraction c;
  c.shape = {x.dim(0), x.dim(0)};
  c.reduce = {x.dim(1)};
  c.factors = [=](auto i, auto k) {
    return std::pair(x.at({i[0], k[0]}) * scale, x.at({i[1], k[0]}));
  };
  return x.builder().contract(c);
}

/// The pass must not change what the graph computes.
Outcome fused(const BuildGraph &build) {
  Outcome after = outcome(build, fuse);
  EXPECT_EQ(after.values, outcome(build, nullptr).values);
  EXPECT_FALSE(after.values.empty());
  return after;
}

TEST(FuseEpilogue, APointwiseReader) {
  Outcome after =
      fused([](Builder &b) { b.output("y", relu(product(input(b)))); });
  EXPECT_EQ(after.count("lf.contract"), 1);
  EXPECT_EQ(after.count("lf.map"), 0) << after.text;
}

TEST(FuseEpilogue, ThroughAReshape) {
  Outcome after = fused([](Builder &b) {
    Tensor p = product(input(b));
    b.output("y", relu(b.reshape(p, {p.element_count()})));
  });
  EXPECT_EQ(after.count("lf.contract"), 1);
  EXPECT_EQ(after.count("lf.map"), 0) << after.text;
}

TEST(FuseEpilogue, NotWhereOtherElementsAreRead) {
  Outcome after = fused([](Builder &b) {
    Tensor x = input(b), p = product(x);
    b.output("y", b.map(p.shape(), DType::f32,
                        [&](auto i) { return p.at({i[1], i[0]}) + 1; }));
  });
  EXPECT_EQ(after.count("lf.map"), 1) << after.text;
}

TEST(FuseEpilogue, NotWhereTheSumIsReadElsewhere) {
  Outcome after = fused([](Builder &b) {
    Tensor p = product(input(b));
    b.output("y", relu(p));
    b.output("z", p);
  });
  EXPECT_EQ(after.count("lf.map"), 1) << after.text;
}

// Inside of the sum, the first product would be stored as it is.
TEST(FuseEpilogue, WhatStoresNarrowerElementsComesBeforeItsReaders) {
  Outcome after = fused([](Builder &b) {
    Tensor x = input(b);
    auto bytes = [&](double scale) {
      return b.elementwise({product(x, scale)},
                           [](auto e) { return cast(e[0], DType::i8); });
    };
    Tensor first = bytes(2), second = bytes(3);
    b.output("y", b.elementwise({first, second}, [](auto e) {
      return cast(e[0], DType::f32) + cast(e[1], DType::f32);
    }));
  });
  EXPECT_EQ(after.count("lf.map"), 0) << after.text;
  EXPECT_EQ(after.count("lf.contract"), 2) << after.text;
  EXPECT_EQ(after.count("tensor<?x?xi8> -> i8"), 1) << after.text;
}

} // namespace
} // namespace landfall::compiler
