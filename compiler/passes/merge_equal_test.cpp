//===- merge_equal_test.cpp - Common subexpressions -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/merge_equal.h"

#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

Tensor plus(Tensor x, double number) {
  return x.builder().elementwise({x}, [&](auto e) { return e[0] + number; });
}

/// The pass must not change what the graph computes.
Outcome merged(const BuildGraph &build) {
  Outcome after = outcome(build, merge_equal);
  EXPECT_EQ(after.values, outcome(build, nullptr).values);
  return after;
}

TEST(MergeEqual, MapsThatDifferInsideStayApart) {
  Outcome after = merged([](Builder &b) {
    Tensor x = input(b);
    Tensor one = plus(x, 1), two = plus(x, 2), again = plus(x, 1);
    b.output("y", b.elementwise({one, two, again},
                                [](auto e) { return e[0] * e[1] + e[2]; }));
  });
  EXPECT_EQ(after.count("lf.map"), 3) << after.text;
}

TEST(MergeEqual, FoldsInABodyAreMerged) {
  Outcome after = merged([](Builder &b) {
    Tensor x = input(b);
    b.output("y", b.map({x.dim(0)}, DType::f32, [&](auto i) {
      auto row = [&] {
        return sum(b, {x.dim(1)}, DType::f32,
                   [&](auto k) { return x.at({i[0], k[0]}); });
      };
      return row() * row();
    }));
  });
  EXPECT_EQ(after.count("lf.for"), 1) << after.text;
}

TEST(MergeEqual, LoadsAroundAStoreStayApart) {
  // out[i] = 1, then out[i] = out[i] + 1: the second load sees the store.
  Outcome after = merged([](Builder &b) {
    Tensor x = input(b);
    LoopsResult result{DType::f32, x.shape(), x};
    b.output("y", b.loops(x.shape(), {&result, 1}, [&](auto at, auto out) {
      Scalar before = out[0].at(at);
      out[0].store(at, before + 1);
      out[0].store(at, out[0].at(at) + before);
    })[0]);
  });
  EXPECT_EQ(after.count("lf.load"), 2) << after.text;
}

TEST(MergeEqual, WhatABranchComputesDoesNotLeaveIt) {
  Outcome after = merged([](Builder &b) {
    Tensor x = input(b);
    b.output("y", b.map(x.shape(), DType::f32, [&](auto i) {
      Scalar e = x.at(i);
      auto side = [&] { return Scalars{exp(e)}; };
      return b.branch(e < 0.0, side, side)[0];
    }));
  });
  EXPECT_EQ(after.count("lf.scalar exp("), 2) << "neither dominates the other";
}

} // namespace
} // namespace landfall::compiler
