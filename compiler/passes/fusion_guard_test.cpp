//===- fusion_guard_test.cpp - Native and other work kept apart -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/fuse.h"

#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

/// Operations without an exponential function run natively.
bool has_no_exponential(mlir::Operation *compute) {
  bool native = true;
  compute->walk(
      [&](lf::ScalarOp op) { native &= op.getOp() != ScalarOp::exp; });
  return native;
}

void fuse_guarded(ir::Module::Impl &module) {
  fuse(module, {}, FusionGuard(module, has_no_exponential));
}

Tensor relu(Tensor x) {
  return x.builder().elementwise({x}, [](auto e) { return maximum(e[0], 0); });
}

Tensor exponential(Tensor x) {
  return x.builder().elementwise({x}, [](auto e) { return exp(e[0] * 0.1); });
}

/// x times its transpose.
Tensor product(Tensor x) {
  Contraction c;
  c.shape = {x.dim(0), x.dim(0)};
  c.reduce = {x.dim(1)};
  c.factors = [=](auto i, auto k) {
    return std::pair(x.at({i[0], k[0]}), x.at({i[1], k[0]}));
  };
  return x.builder().contract(c);
}

/// The number of operations of one kind after fusion with the guard, which
/// changes no result.
int count(const char *operation, const BuildGraph &build) {
  Outcome guarded = outcome(build, Pass(fuse_guarded));
  EXPECT_EQ(guarded.values, outcome(build, nullptr).values);
  return guarded.count(operation);
}

TEST(FusionGuard, NativeNeighboursOfOtherWorkStayNative) {
  // Four that are native on each side of one that is not.
  BuildGraph chain = [](Builder &b) {
    Tensor x = input(b);
    for (int step = 0; step < 4; ++step)
      x = relu(x);
    x = exponential(x);
    for (int step = 0; step < 4; ++step)
      x = relu(x);
    b.output("y", x);
  };
  EXPECT_EQ(count("lf.map", chain), 3);
  EXPECT_EQ(outcome(chain, fuse).count("lf.map"), 1);
}

TEST(FusionGuard, WhatFallsBackIsFusedWithItsLike) {
  EXPECT_EQ(count("lf.map",
                  [](Builder &b) {
                    b.output("y", exponential(exponential(input(b))));
                  }),
            1);
}

TEST(FusionGuard, ANativeEpilogueIsFused) {
  BuildGraph build = [](Builder &b) { b.output("y", relu(product(input(b)))); };
  EXPECT_EQ(count("lf.map", build), 0);
  EXPECT_EQ(count("lf.contract", build), 1);
}

TEST(FusionGuard, ANativeEpilogueIsFusedThroughAReshape) {
  BuildGraph build = [](Builder &b) {
    Tensor p = product(input(b));
    b.output("y", relu(b.reshape(p, {p.element_count()})));
  };
  EXPECT_EQ(count("lf.map", build), 0);
  EXPECT_EQ(count("lf.contract", build), 1);
}

TEST(FusionGuard, AnEpilogueThatFallsBackIsNot) {
  BuildGraph build = [](Builder &b) {
    b.output("y", exponential(product(input(b))));
  };
  EXPECT_EQ(count("lf.map", build), 1);
  EXPECT_EQ(count("lf.contract", build), 1);
  EXPECT_EQ(outcome(build, fuse).count("lf.map"), 0);
}

} // namespace
} // namespace landfall::compiler
