//===- fold_placement_test.cpp - Where folds run after fusion -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The interpreter counts its steps, as generated code would execute them: a
// fold that fusion has put into the wrong loop shows as growth.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/fold_placement.h"

#include "compiler/passes/fuse.h"
#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

Scalar row_sum(Tensor x, Scalar row) {
  return sum(x.builder(), {x.dim(1)}, DType::f32,
             [&](auto k) { return x.at({row, k[0]}); });
}

/// x[r, c] - the sum of row r: a fold that depends on the row only.
Tensor centred(Tensor x) {
  return x.builder().map(x.shape(), DType::f32, [&](auto i) {
    return x.at({i[0], i[1]}) - row_sum(x, i[0]);
  });
}

/// Steps of the fused graph for one element of the input.
double steps(const BuildGraph &build, int64_t rows, int64_t columns) {
  Outcome after = outcome(build, fuse, rows, columns);
  EXPECT_EQ(after.values, outcome(build, nullptr, rows, columns).values);
  return double(after.steps) / double(rows * columns);
}

/// Linear in both extents, with some room for what is done once.
void expect_linear(const BuildGraph &build) {
  double small = steps(build, 8, 8);
  EXPECT_LT(steps(build, 8, 128), 1.5 * small);
  EXPECT_LT(steps(build, 128, 8), 1.5 * small);
}

TEST(FoldPlacement, AReductionOfTheSameRow) {
  expect_linear([](Builder &b) {
    Tensor y = centred(input(b));
    b.output("y", b.map({y.dim(0)}, DType::f32,
                        [&](auto i) { return row_sum(y, i[0]); }));
  });
}

TEST(FoldPlacement, AReductionOfAll) {
  expect_linear([](Builder &b) {
    Tensor y = centred(input(b));
    b.output("y", b.map({1}, DType::f32, [&](auto) {
      return sum(b, y.shape(), DType::f32,
                 [&](auto k) { return y.at({k[0], k[1]}); });
    }));
  });
}

TEST(FoldPlacement, AReductionAcrossTheRows) {
  expect_linear([](Builder &b) {
    Tensor y = centred(input(b));
    b.output("y", b.map({y.dim(1)}, DType::f32, [&](auto i) {
      return sum(b, {y.dim(0)}, DType::f32,
                 [&](auto k) { return y.at({k[0], i[0]}); });
    }));
  });
}

TEST(FoldPlacement, ATransposition) {
  expect_linear([](Builder &b) {
    Tensor y = centred(input(b));
    b.output("y", b.map({y.dim(1), y.dim(0)}, DType::f32,
                        [&](auto i) { return y.at({i[1], i[0]}); }));
  });
}

TEST(FoldPlacement, TheEpilogueOfAContraction) {
  expect_linear([](Builder &b) {
    Tensor x = input(b), y = centred(x);
    Contraction outer;
    outer.shape = x.shape();
    outer.reduce = {1};
    outer.factors = [&](auto at, auto) {
      return std::pair(x.at({at[0], b.index(0)}), x.at({b.index(0), at[1]}));
    };
    b.output("y", b.elementwise({b.contract(outer), y},
                                [](auto e) { return e[0] + e[1]; }));
  });
}

TEST(FoldPlacement, AMapOverTheRowsTakesIt) {
  Outcome after = outcome(
      [](Builder &b) {
        Tensor x = input(b), y = centred(x);
        b.output("y",
                 b.elementwise({y, x}, [](auto e) { return e[0] * e[1]; }));
      },
      fuse);
  EXPECT_EQ(after.count("lf.map"), 1) << after.text;
}

TEST(FoldPlacement, AFewTapsAreNoFold) {
  Outcome after = outcome(
      [](Builder &b) {
        Tensor x = input(b);
        Tensor y = b.map(x.shape(), DType::f32, [&](auto i) {
          return sum(b, {3}, DType::f32, [&](auto) { return x.at(i); });
        });
        b.output("y", b.map({x.dim(1), x.dim(0)}, DType::f32,
                            [&](auto i) { return y.at({i[1], i[0]}); }));
      },
      fuse);
  EXPECT_EQ(after.count("lf.map"), 1) << after.text;
}

TEST(FoldPlacement, AFewStepsThatARowSharesAreAFold) {
  Outcome after = outcome(
      [](Builder &b) {
        Tensor x = input(b);
        Tensor y = b.map(x.shape(), DType::f32, [&](auto i) {
          return x.at(i) + sum(b, {5}, DType::f32,
                               [&](auto) { return x.at({i[0], b.index(0)}); });
        });
        b.output("y", b.map({x.dim(1), x.dim(0)}, DType::f32,
                            [&](auto i) { return y.at({i[1], i[0]}); }));
      },
      fuse);
  EXPECT_EQ(after.count("lf.map"), 2) << after.text;
}

} // namespace
} // namespace landfall::compiler
