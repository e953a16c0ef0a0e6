//===- contract_to_map_test.cpp - Which contractions become maps ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/contract_to_map.h"

#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

/// Weights [channels, filters, taps] that differ from each other.
Tensor weights(Builder &b, Size channels, Size filters, Size taps) {
  return b.map({channels, filters, taps}, DType::f32, [&](auto i) {
    return cast(i[0] * b.index(7) + i[1] * b.index(3) - i[2], DType::f32);
  });
}

/// y[c, m, o] = sum over k of x[c, o + k] * w[c, m, k]: a convolution along the
/// rows of x, each with filters of its own.
Tensor row_convolution(Tensor x, Size filters, Size taps = 3) {
  Builder &b = x.builder();
  Tensor w = weights(b, x.dim(0), filters, taps);
  Contraction c;
  c.shape = {x.dim(0), filters, x.dim(1) + 1 - taps};
  c.reduce = {taps};
  c.factors = [=](auto i, auto k) {
    return std::pair(x.at({i[0], i[2] + k[0]}), w.at({i[0], i[1], k[0]}));
  };
  c.epilogue = [](auto, Scalar sum) { return maximum(sum, 0); };
  return b.contract(c);
}

/// Four steps of a sum are few.
Pass pass() {
  return std::function(
      [](ir::Module::Impl &module) { contract_to_map(module, 4); });
}

/// The pass must not change what the graph computes.
Outcome converted(const BuildGraph &build) {
  Outcome after = outcome(build, pass());
  EXPECT_EQ(after.values, outcome(build, nullptr).values);
  EXPECT_FALSE(after.values.empty());
  return after;
}

int contractions_left(const BuildGraph &build) {
  return converted(build).count("lf.contract");
}

TEST(ContractToMap, DepthwiseConvolution) {
  Outcome after = converted(
      [](Builder &b) { b.output("y", row_convolution(input(b), 1)); });
  EXPECT_EQ(after.count("lf.contract"), 0) << after.text;
  EXPECT_EQ(after.count("lf.for"), 1) << after.text;
}

TEST(ContractToMap, FewFiltersAGroup) {
  EXPECT_EQ(contractions_left([](Builder &b) {
              b.output("y", row_convolution(input(b), 4));
            }),
            0);
  EXPECT_EQ(contractions_left([](Builder &b) {
              b.output("y", row_convolution(input(b), 5));
            }),
            1);
}

TEST(ContractToMap, AnUnknownNumberOfFiltersMayBeMany) {
  EXPECT_EQ(contractions_left([](Builder &b) {
              Tensor x = input(b);
              b.output("y", row_convolution(x, x.dim(1)));
            }),
            1);
}

TEST(ContractToMap, AWindowOfOneElement) {
  EXPECT_EQ(contractions_left([](Builder &b) {
              b.output("y", row_convolution(input(b), 2, 1));
            }),
            0);
}

TEST(ContractToMap, BatchedMatrixVectorProductsStay) {
  EXPECT_EQ(contractions_left([](Builder &b) {
              Tensor x = input(b), w = weights(b, x.dim(0), 3, x.dim(1));
              Contraction c;
              c.shape = {x.dim(0), 3};
              c.reduce = {x.dim(1)};
              c.factors = [=](auto i, auto k) {
                return std::pair(x.at({i[0], k[0]}), w.at({i[0], i[1], k[0]}));
              };
              b.output("y", b.contract(c));
            }),
            1)
      << "the summed index moves no window";
}

TEST(ContractToMap, WithoutABatchThereIsWorkToShare) {
  EXPECT_EQ(contractions_left([](Builder &b) {
              Tensor x = input(b), w = weights(b, 1, 2, 3);
              Contraction c;
              c.shape = {2, x.dim(1) - 2};
              c.reduce = {3};
              c.factors = [&](auto i, auto k) {
                return std::pair(x.at({b.index(0), i[1] + k[0]}),
                                 w.at({b.index(0), i[0], k[0]}));
              };
              b.output("y", b.contract(c));
            }),
            1);
}

/// y[i, j] = sum over k of x[i, k] * w[k, j], or of w[j, k] if `turned`.
Tensor product(Tensor x, Size steps, Size columns, bool turned = false) {
  Builder &b = x.builder();
  Tensor w =
      turned ? weights(b, 1, columns, steps) : weights(b, 1, steps, columns);
  Contraction c;
  c.shape = {x.dim(0), columns};
  c.reduce = {steps};
  c.factors = [=, &b](auto i, auto k) {
    auto none = b.index(0);
    return std::pair(x.at({i[0], k[0]}), turned ? w.at({none, i[1], k[0]})
                                                : w.at({none, k[0], i[1]}));
  };
  return b.contract(c);
}

int products_left(Size steps, Size columns, bool turned = false) {
  auto build = [&](Builder &b) {
    b.output("y", product(input(b), steps, columns, turned));
  };
  constexpr int64_t rows = 3, most_steps = 5;
  Outcome after = outcome(build, pass(), rows, most_steps);
  EXPECT_EQ(after.values, outcome(build, nullptr, rows, most_steps).values);
  return after.count("lf.contract");
}

TEST(ContractToMap, FewStepsOfASum) {
  EXPECT_EQ(products_left(1, 64), 0);
  EXPECT_EQ(products_left(3, 64), 0);
  EXPECT_EQ(products_left(4, 1024), 0);
  EXPECT_EQ(products_left(5, 64), 1) << "many steps are summed in blocks";
}

TEST(ContractToMap, FewStepsNeedLanesAndACache) {
  EXPECT_EQ(products_left(3, 15), 1) << "most lanes would be empty";
  EXPECT_EQ(products_left(4, 1025), 1) << "all columns are read for each row";
  EXPECT_EQ(products_left(3, 64, true), 1) << "lanes would be strided";
}

} // namespace
} // namespace landfall::compiler
