//===- lay_out_constants_test.cpp - Constants as their readers like ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/lay_out_constants.h"

#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

/// 0, 1, 2, ... less 7.
Tensor weights(Builder &b, std::vector<int64_t> dims) {
  int64_t count = 1;
  for (int64_t extent : dims)
    count *= extent;
  std::vector<uint8_t> bytes(size_t(count) * sizeof(float));
  for (int64_t k = 0; k < count; ++k) {
    float value = float(k) - 7;
    std::memcpy(bytes.data() + size_t(k) * sizeof value, &value, sizeof value);
  }
  return b.constant(
      {DType::f32, std::move(dims), share_bytes(std::move(bytes))});
}

/// x [rows, 6] times w [5, 2, 3], the last two being one in x.
Tensor product(Builder &b, Tensor x, Tensor w) {
  Contraction c;
  c.shape = {x.shape()[0], 5};
  c.reduce = {2, 3};
  c.factors = [&](auto point, auto sum) {
    return std::pair(x.at({point[0], sum[0] * b.index(3) + sum[1]}),
                     w.at({point[1], sum[0], sum[1]}));
  };
  return b.contract(c);
}

void from_four(Module::Impl &module) {
  lay_out_constants(module, {.fewest_across = 4});
}

Outcome laid_out(const BuildGraph &build, int64_t rows = 4) {
  Outcome after = outcome(build, from_four, rows, 6);
  EXPECT_EQ(after.values, outcome(build, nullptr, rows, 6).values);
  EXPECT_FALSE(after.values.empty());
  return after;
}

TEST(LayOutConstants, SummedIndicesComeFirst) {
  Outcome after = laid_out([](Builder &b) {
    b.output("y", product(b, input(b), weights(b, {5, 2, 3})));
  });
  EXPECT_EQ(after.count("tensor<2x3x5xf32>"), 2) << "the constant, the load";
  EXPECT_EQ(after.count("tensor<5x2x3xf32>"), 0);
}

TEST(LayOutConstants, LeavesWhatOthersReadToo) {
  Outcome after = laid_out([](Builder &b) {
    Tensor x = input(b), w = weights(b, {5, 2, 3});
    b.output("y", product(b, x, w));
    b.output("z", b.map(w.shape(), DType::f32, [&](auto i) {
      return w.at(i) + x.at({b.index(0), i[1]});
    }));
  });
  EXPECT_EQ(after.count("tensor<2x3x5xf32>"), 0);
}

TEST(LayOutConstants, LeavesProductsWithFewRows) {
  Outcome after = laid_out([](Builder &b) {
    Tensor x = input(b), w = weights(b, {5, 2, 3});
    Contraction c;
    c.shape = {5};
    c.reduce = {2, 3};
    c.factors = [&](auto point, auto sum) {
      return std::pair(x.at({b.index(0), sum[0] * b.index(3) + sum[1]}),
                       w.at({point[0], sum[0], sum[1]}));
    };
    b.output("y", b.contract(c));
  });
  EXPECT_EQ(after.count("tensor<2x3x5xf32>"), 0);
}

/// The passes of a target that wants weights on the N side only, and wide ones.
void n_side_from_five(Module::Impl &module) {
  lay_out_constants(
      module, {.fewest_across = 1, .fewest_along = 5, .n_side_only = true});
}

void n_side_from_six(Module::Impl &module) {
  lay_out_constants(
      module, {.fewest_across = 1, .fewest_along = 6, .n_side_only = true});
}

/// The product with the weights' own index innermost, or outermost.
Outcome with_weights(bool innermost, void (*pass)(Module::Impl &)) {
  auto build = [=](Builder &b) {
    Tensor x = input(b), w = weights(b, {5, 6});
    Contraction c;
    Size rows = x.shape()[0];
    c.shape = innermost ? Shape{rows, 5} : Shape{5, rows};
    c.reduce = {6};
    c.factors = [&](auto point, auto sum) {
      return std::pair(w.at({point[innermost], sum[0]}),
                       x.at({point[!innermost], sum[0]}));
    };
    b.output("y", b.contract(c));
  };
  Outcome after = outcome(build, pass, 4, 6);
  EXPECT_EQ(after.values, outcome(build, nullptr, 4, 6).values);
  return after;
}

TEST(LayOutConstants, TakesTheNSideOnly) {
  EXPECT_EQ(with_weights(true, n_side_from_five).count("tensor<6x5xf32>"), 2);
  EXPECT_EQ(with_weights(false, n_side_from_five).count("tensor<6x5xf32>"), 0);
  EXPECT_EQ(with_weights(false, from_four).count("tensor<6x5xf32>"), 2);
}

TEST(LayOutConstants, LeavesNarrowWeights) {
  EXPECT_EQ(with_weights(true, n_side_from_six).count("tensor<6x5xf32>"), 0);
}

} // namespace
} // namespace landfall::compiler
