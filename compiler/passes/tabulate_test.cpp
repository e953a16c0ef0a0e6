//===- tabulate_test.cpp - Which functions of a byte become tables --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/tabulate.h"

#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

Scalar real(Scalar x) { return cast(x, DType::f32); }

/// A byte of each element of x, which has both signs.
Tensor bytes(Builder &b, Tensor x, DType type) {
  return b.map(x.shape(), type,
               [&](auto i) { return cast(x.at(i) * real(b.index(19)), type); });
}

Scalar quantised(Scalar x, DType type) {
  Builder &b = x.builder();
  return cast_saturate(round_even(x * real(b.index(40))), type);
}

Outcome tabulated(const BuildGraph &build) {
  Outcome after = outcome(build, tabulate);
  EXPECT_EQ(after.values, outcome(build, nullptr).values);
  EXPECT_FALSE(after.values.empty());
  return after;
}

/// x with `function` of its bytes.
Outcome of(const std::function<Scalar(Scalar)> &function,
           DType type = DType::u8) {
  return tabulated([&](Builder &b) {
    Tensor x = bytes(b, input(b), type);
    b.output("y", b.map(x.shape(), DType::f32,
                        [&](auto i) { return real(function(x.at(i))); }));
  });
}

const std::string table = "tensor<16x16xui8>";

} // namespace

TEST(Tabulate, ACostlyFunctionOfAByte) {
  for (DType type : {DType::u8, DType::i8}) {
    Outcome after =
        of([](Scalar x) { return quantised(tanh(real(x)), DType::u8); }, type);
    EXPECT_GT(after.count(table), 0) << after.text;
    EXPECT_EQ(after.count("tanh"), 0) << after.text;
  }
}

/// x * tanh(x), with a byte on the way.
TEST(Tabulate, AsFarBackAsThereIsASingleByte) {
  Outcome after = of([](Scalar x) {
    Scalar y = quantised(tanh(real(x)), DType::i8);
    return quantised(real(x) * real(y), DType::u8);
  });
  EXPECT_EQ(after.count("tensor<16x16xi8>"), 0) << after.text;
  EXPECT_GT(after.count(table), 0) << after.text;
}

TEST(Tabulate, NotWhatIsCheap) {
  Outcome after =
      of([](Scalar x) { return quantised(real(x) + real(x), DType::u8); });
  EXPECT_EQ(after.count(table), 0) << after.text;
}

TEST(Tabulate, NotOfTwoBytesOrReals) {
  Outcome two = tabulated([](Builder &b) {
    Tensor x = bytes(b, input(b), DType::u8);
    b.output("y", b.map(x.shape(), DType::f32, [&](auto i) {
      Scalar first = x.at({b.index(0), i[1]});
      return real(quantised(tanh(real(x.at(i)) * real(first)), DType::u8));
    }));
  });
  EXPECT_EQ(two.count(table), 0) << two.text;
  Outcome reals = tabulated([](Builder &b) {
    Tensor x = input(b);
    b.output("y", b.map(x.shape(), DType::f32, [&](auto i) {
      return real(quantised(tanh(x.at(i)), DType::u8));
    }));
  });
  EXPECT_EQ(reals.count(table), 0) << reals.text;
}

} // namespace landfall::compiler
