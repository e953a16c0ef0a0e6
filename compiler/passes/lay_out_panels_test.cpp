//===- lay_out_panels_test.cpp - Which constants are stored in panels -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/lay_out_panels.h"

#include "compiler/passes/pass_for_test.h"

#include <limits>

namespace landfall::compiler {
namespace {

using namespace ir;

/// Small integers, all sums of which are exact.
Tensor weights(Builder &b, std::vector<int64_t> dims) {
  int64_t count = 1;
  for (int64_t extent : dims)
    count *= extent;
  std::vector<float> values;
  for (int64_t k = 0; k < count; ++k)
    values.push_back(float(k * 5 % 17) - 8);
  std::vector<uint8_t> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return b.constant(
      {DType::f32, std::move(dims), share_bytes(std::move(bytes))});
}

/// Weights by points and depth, or by depth and points, and which of the two
/// result loops is theirs.
struct Form {
  bool by_depth = false;
  bool innermost = true;
};

/// The products of x [rows, 6] with `points` points of w, from `first` on.
Tensor product(Builder &b, Tensor x, Tensor w, int64_t points,
               int64_t first = 0, Form form = {}) {
  Contraction c;
  Size rows = x.shape()[0];
  c.shape = form.innermost ? Shape{rows, points} : Shape{points, rows};
  c.reduce = {6};
  c.factors = [&](auto at, auto sum) {
    Scalar point = at[form.innermost];
    if (first > 0)
      point = point + b.scalar(Size(first));
    return std::pair(x.at({at[!form.innermost], sum[0]}),
                     form.by_depth ? w.at({sum[0], point})
                                   : w.at({point, sum[0]}));
  };
  return b.contract(c);
}

void in_fours(Module::Impl &module) {
  lay_out_panels(
      module, {.width = 4, .fewest_summed_on_m_side = 6, .most_padding = 10});
}

Outcome laid_out(const BuildGraph &build) {
  Outcome after = outcome(build, in_fours, 4, 6);
  EXPECT_EQ(after.values, outcome(build, nullptr, 4, 6).values);
  EXPECT_FALSE(after.values.empty());
  return after;
}

TEST(LayOutPanels, BothOrdersOnBothSides) {
  for (bool by_depth : {false, true})
    for (bool innermost : {false, true}) {
      Outcome after = laid_out([&](Builder &b) {
        std::vector<int64_t> dims = {12, 6};
        if (by_depth)
          std::swap(dims[0], dims[1]);
        b.output("y", product(b, input(b), weights(b, dims), 12, 0,
                              {by_depth, innermost}));
      });
      EXPECT_EQ(after.count("tensor<3x6x4xf32>"), 2)
          << "the constant, the load";
    }
}

TEST(LayOutPanels, OneSideOfTwoConstants) {
  Outcome after = laid_out([](Builder &b) {
    Tensor rows = weights(b, {8, 6}), points = weights(b, {12, 6});
    Tensor x = input(b);
    Contraction c;
    c.shape = {8, 12};
    c.reduce = {6};
    c.factors = [&](auto at, auto sum) {
      return std::pair(rows.at({at[0], sum[0]}), points.at({at[1], sum[0]}));
    };
    // Else it would be a constant, too.
    c.epilogue = [&](auto, Scalar sum) {
      return sum + x.at({b.index(0), b.index(0)});
    };
    b.output("y", b.contract(c));
  });
  EXPECT_EQ(after.count("tensor<3x6x4xf32>"), 2) << "the points";
  EXPECT_EQ(after.count("tensor<2x6x4xf32>"), 0) << "the rows";
}

/// As that of the only direction of a recurrence.
TEST(LayOutPanels, AnIndexOfTheirOwnThatIsZero) {
  Outcome after = laid_out([](Builder &b) {
    Tensor x = input(b), w = weights(b, {1, 12, 6});
    Contraction c;
    c.shape = {1, x.shape()[0], 12};
    c.reduce = {6};
    c.factors = [&](auto at, auto sum) {
      return std::pair(x.at({at[1], sum[0]}), w.at({at[0], at[2], sum[0]}));
    };
    b.output("y", b.contract(c));
  });
  EXPECT_EQ(after.count("tensor<1x3x6x4xf32>"), 2);
}

TEST(LayOutPanels, TheLastPanelEndsWithZeros) {
  auto of = [](int64_t points) {
    return laid_out([=](Builder &b) {
      b.output("y", product(b, input(b), weights(b, {points, 6}), points));
    });
  };
  EXPECT_EQ(of(19).count("tensor<5x6x4xf32>"), 2);
  EXPECT_EQ(of(17).count("tensor<5x6x4xf32>"), 0) << "too much padding";
}

void in_eights_or_fours(Module::Impl &module) {
  lay_out_panels(module, {.width = 8, .narrow_width = 4, .most_padding = 10});
}

TEST(LayOutPanels, NarrowPanelsWherePaddingIsLarge) {
  auto of = [](int64_t points) {
    auto build = [=](Builder &b) {
      b.output("y", product(b, input(b), weights(b, {points, 6}), points));
    };
    Outcome after = outcome(build, in_eights_or_fours, 4, 6);
    EXPECT_EQ(after.values, outcome(build, nullptr, 4, 6).values);
    return after;
  };
  EXPECT_EQ(of(16).count("tensor<2x6x8xf32>"), 2);
  EXPECT_EQ(of(12).count("tensor<3x6x4xf32>"), 2);
}

void in_words(Module::Impl &module) {
  lay_out_panels(module, {.width = 4, .most_padding = 10, .byte_steps = 4});
}

/// Bytes less a zero point, in words along the first of two summed dimensions.
TEST(LayOutPanels, BytesLieInWords) {
  auto build = [](Builder &b) {
    Tensor x = b.map(input(b).shape(), DType::u8, [&](auto at) {
      return cast_saturate(at[0] * 7.0 + at[1], DType::u8);
    });
    std::vector<uint8_t> bytes(size_t(4 * 3 * 8));
    for (size_t k = 0; k < bytes.size(); ++k)
      bytes[k] = uint8_t(k * 37);
    Tensor w =
        b.constant({DType::i8, {4, 3, 8}, share_bytes(std::move(bytes))});
    Contraction c;
    c.shape = {x.shape()[0], 8};
    c.reduce = {4, 3};
    c.accumulator = DType::i32;
    c.epilogue = [](auto, Scalar sum) { return cast(sum, DType::f32); };
    c.factors = [&](auto at, auto sum) {
      return std::pair(cast(x.at({at[0], (sum[0] + sum[1]) % 6.0}), DType::i32),
                       cast(w.at({sum[0], sum[1], at[1]}), DType::i32) - 3);
    };
    b.output("y", b.contract(c));
  };
  Outcome after = outcome(build, in_words, 4, 6);
  EXPECT_EQ(after.values, outcome(build, nullptr, 4, 6).values);
  EXPECT_EQ(after.count("tensor<2x3x1x4x4xi8>"), 2);
}

/// Two weights a byte, of which the step's own one is taken.
TEST(LayOutPanels, BytesOfSeveralWeightsLieInWords) {
  auto bytes_of = [](int64_t depth) {
    return [depth](Builder &b) {
      Tensor x = input(b);
      std::vector<uint8_t> bytes(size_t(8 * depth));
      for (size_t k = 0; k < bytes.size(); ++k)
        bytes[k] = uint8_t(k * 37);
      Tensor w =
          b.constant({DType::u8, {8, depth}, share_bytes(std::move(bytes))});
      Tensor shifts = b.constant({DType::u8, {2}, share_bytes({0, 4})});
      Contraction c;
      c.shape = {x.shape()[0], 8};
      c.reduce = {depth, 2};
      c.factors = [&](auto at, auto sum) {
        Scalar bits = w.at({at[1], sum[0]}) >> shifts.at({sum[1]});
        return std::pair(x.at({at[0], sum[0] * 2.0 + sum[1]}),
                         cast(bits & b.literal_int(DType::u8, 15), DType::f32));
      };
      b.output("y", b.contract(c));
    };
  };
  Outcome after = outcome(bytes_of(4), in_words, 3, 8);
  EXPECT_EQ(after.values, outcome(bytes_of(4), nullptr, 3, 8).values);
  EXPECT_EQ(after.count("tensor<2x1x4x4xui8>"), 2);
  EXPECT_EQ(outcome(bytes_of(3), in_words, 3, 6).count("tensor<2x3x4xui8>"), 2)
      << "there are no words, but reals need none";
}

/// The depth of the other factor is the run's, which must be the weights'.
TEST(LayOutPanels, WordsOfADepthThatTheRunSays) {
  auto build = [](Builder &b) {
    Tensor y = input(b);
    Tensor x = b.map(y.shape(), DType::u8, [&](auto at) {
      return cast_saturate(abs(y.at(at)), DType::u8);
    });
    std::vector<uint8_t> bytes(size_t(8 * 4));
    for (size_t k = 0; k < bytes.size(); ++k)
      bytes[k] = uint8_t(k * 37);
    Tensor w = b.constant({DType::i8, {8, 4}, share_bytes(std::move(bytes))});
    b.require(equal(x.dim(1), 8), "the depths differ");
    Contraction c;
    c.shape = {x.dim(0), 4};
    c.reduce = {x.dim(1)};
    c.accumulator = DType::i32;
    c.epilogue = [](auto, Scalar sum) { return cast(sum, DType::f32); };
    c.factors = [&](auto at, auto sum) {
      return std::pair(cast(x.at({at[0], sum[0]}), DType::i32),
                       cast(w.at({sum[0], at[1]}), DType::i32));
    };
    b.output("y", b.contract(c));
  };
  Outcome after = outcome(build, in_words, 3, 8);
  EXPECT_EQ(after.values, outcome(build, nullptr, 3, 8).values);
  EXPECT_EQ(after.count("tensor<1x2x4x4xi8>"), 2);
}

void in_bf16_words(Module::Impl &module) {
  lay_out_panels(module, {.width = 4, .most_padding = 10, .bf16_steps = 2});
}

/// Weights [6, 8] of a narrow real, the first of which is `first`.
Outcome narrow_weights(DType type, float first) {
  auto build = [=](Builder &b) {
    Tensor x = input(b);
    std::vector<uint8_t> bytes(size_t(6 * 8 * 2));
    for (size_t k = 0; k < 48; ++k) {
      float value = k == 0 ? first : float(k % 7) - 3;
      auto bits = uint16_t(real_from_float(type, value, Saturation::off));
      std::memcpy(bytes.data() + 2 * k, &bits, sizeof(bits));
    }
    Tensor w = b.constant({type, {6, 8}, share_bytes(std::move(bytes))});
    Contraction c;
    c.shape = {x.shape()[0], 8};
    c.reduce = {6};
    c.factors = [&](auto at, auto sum) {
      return std::pair(x.at({at[0], sum[0]}),
                       cast(w.at({sum[0], at[1]}), DType::f32));
    };
    b.output("y", b.contract(c));
  };
  Outcome after = outcome(build, in_bf16_words, 3, 6);
  EXPECT_EQ(after.values, outcome(build, nullptr, 3, 6).values);
  return after;
}

TEST(LayOutPanels, NarrowReals) {
  EXPECT_EQ(narrow_weights(DType::bf16, 1).count("tensor<2x3x4x2xbf16>"), 2);
  EXPECT_EQ(narrow_weights(DType::f16, 1).count("tensor<2x6x4xf16>"), 2);
  float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(narrow_weights(DType::bf16, infinity).count("x2xbf16"), 0)
      << "behind the end of a sum, zero times it would be NaN";
  EXPECT_EQ(narrow_weights(DType::f16, infinity).count("tensor<2x6x4xf16>"), 2);
}

/// Gates that are computed apart, as those of a GRU.
TEST(LayOutPanels, PartsOfAConstantBeginWithAPanel) {
  auto two = [](int64_t first) {
    return [first](Builder &b) {
      Tensor x = input(b), w = weights(b, {24, 6});
      b.output("y", product(b, x, w, first));
      b.output("z", product(b, x, w, 24 - first, first));
    };
  };
  EXPECT_EQ(laid_out(two(8)).count("tensor<6x6x4xf32>"), 3);
  EXPECT_EQ(laid_out(two(9)).count("tensor<6x6x4xf32>"), 0);
}

/// The weights of one of two directions.
TEST(LayOutPanels, OtherDimensionsStayOutside) {
  Outcome after = laid_out([](Builder &b) {
    Tensor x = input(b), w = weights(b, {2, 8, 6});
    Contraction c;
    c.shape = {x.shape()[0], 8};
    c.reduce = {6};
    c.factors = [&](auto at, auto sum) {
      return std::pair(x.at({at[0], sum[0]}),
                       w.at({b.index(1), at[1], sum[0]}));
    };
    b.output("y", b.contract(c));
  });
  EXPECT_EQ(after.count("tensor<2x2x6x4xf32>"), 2);
}

TEST(LayOutPanels, LeavesWhatOthersReadToo) {
  Outcome after = laid_out([](Builder &b) {
    Tensor x = input(b), w = weights(b, {8, 6});
    b.output("y", product(b, x, w, 8));
    b.output("z", b.map(w.shape(), DType::f32, [&](auto i) {
      return w.at(i) + x.at({b.index(0), i[1]});
    }));
  });
  EXPECT_EQ(after.count("tensor<8x6xf32>") > 0, true);
}

void with_long_sums(Module::Impl &module) {
  lay_out_panels(module, {.width = 4, .fewest_summed_on_m_side = 7});
}

void with_many_window_points(Module::Impl &module) {
  lay_out_panels(module,
                 {.width = 4, .fewest_for_windows = 12, .few_other_points = 3});
}

/// Weights of a window of two columns, on the M side; rows of x are points.
TEST(LayOutPanels, LeavesFewWindowsOfManyPoints) {
  auto count = [](int64_t channels, bool known) {
    auto build = [=](Builder &b) {
      Tensor x = input(b), w = weights(b, {channels, 3, 2});
      Contraction c;
      c.shape = {channels, known ? Size(3) : x.shape()[0]};
      c.reduce = {3, 2};
      c.factors = [&](auto at, auto sum) {
        return std::pair(x.at({at[1], sum[0] + sum[1]}),
                         w.at({at[0], sum[0], sum[1]}));
      };
      b.output("y", b.contract(c));
    };
    std::string panels =
        "tensor<" + std::to_string(channels / 4) + "x3x2x4xf32>";
    return outcome(build, with_many_window_points, 4, 6).count(panels);
  };
  EXPECT_EQ(count(8, false), 0);
  EXPECT_EQ(count(8, true), 2);
  EXPECT_EQ(count(12, false), 2);
}

TEST(LayOutPanels, LeavesShortSumsOnTheMSide) {
  auto build = [](Builder &b) {
    b.output("y", product(b, input(b), weights(b, {8, 6}), 8, 0,
                          {.innermost = false}));
  };
  EXPECT_EQ(outcome(build, with_long_sums, 4, 6).count("tensor<2x6x4xf32>"), 0);
}

} // namespace
} // namespace landfall::compiler
