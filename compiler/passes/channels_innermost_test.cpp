//===- channels_innermost_test.cpp - Which tensors have channels last -----===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/channels_innermost.h"

#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

constexpr int64_t channels = 6, filters = 5;

/// Small bytes that differ from each other.
Tensor weights(Builder &b, std::vector<int64_t> dims) {
  int64_t count = 1;
  for (int64_t extent : dims)
    count *= extent;
  std::vector<uint8_t> bytes;
  for (int64_t k = 0; k < count; ++k)
    bytes.push_back(uint8_t(k * 5 % 17 - 8));
  return b.constant(
      {DType::i8, std::move(dims), share_bytes(std::move(bytes))});
}

/// Bytes [1, channels, rows, columns].
Tensor image(Builder &b, Tensor x) {
  return b.map({1, channels, x.dim(0), x.dim(1)}, DType::u8, [&](auto i) {
    return cast(x.at({i[2], i[3]}) + cast(i[1] * b.index(3), DType::f32) +
                    cast(b.index(9), DType::f32),
                DType::u8);
  });
}

Scalar wide(Scalar x) { return cast(x, DType::i32); }

/// A convolution by 1 x `taps` without padding, [1, filters, rows, columns].
Tensor convolution(Tensor x, int64_t of = channels, int64_t to = filters,
                   int64_t taps = 1, DType type = DType::u8) {
  Builder &b = x.builder();
  Tensor w = weights(b, {to, of, taps});
  Contraction c;
  c.shape = {x.dim(0), to, x.dim(2), x.dim(3) + 1 - taps};
  c.reduce = {of, taps};
  c.accumulator = DType::i32;
  c.factors = [=](auto i, auto k) {
    return std::pair(wide(x.at({i[0], k[0], i[2], i[3] + k[1]})),
                     wide(w.at({i[1], k[0], k[1]})));
  };
  c.epilogue = [=](auto, Scalar sum) { return cast(sum, type); };
  return b.contract(c);
}

/// Each channel by 1 x 3 weights of its own.
Tensor depthwise(Tensor x, int64_t of) {
  Builder &b = x.builder();
  Tensor w = weights(b, {of, 3});
  return b.map({1, of, x.dim(2), x.dim(3) - 2}, DType::u8, [&](auto i) {
    Scalars sum =
        b.fold({3}, {wide(b.index(0))}, [&](auto k, auto s) -> Scalars {
          return {s[0] + wide(x.at({i[0], i[1], i[2], i[3] + k[0]})) *
                             wide(w.at({i[1], k[0]}))};
        });
    return cast(sum[0], DType::u8);
  });
}

Tensor sum(Tensor x, Tensor y) {
  Builder &b = x.builder();
  return b.map(x.shape(), DType::u8, [&](auto i) { return x.at(i) + y.at(i); });
}

void output(Builder &b, Tensor x) {
  b.output("y", b.map(x.shape(), DType::f32,
                      [&](auto i) { return cast(x.at(i), DType::f32); }));
}

Outcome moved(const BuildGraph &build) {
  Pass pass(std::function(
      [](ir::Module::Impl &module) { channels_innermost(module, 4); }));
  Outcome after = outcome(build, pass, 3, 7);
  EXPECT_EQ(after.values, outcome(build, nullptr, 3, 7).values);
  EXPECT_FALSE(after.values.empty());
  return after;
}

} // namespace

TEST(ChannelsInnermost, BetweenProducts) {
  Outcome after = moved([](Builder &b) {
    Tensor between = convolution(image(b, input(b)));
    output(b, convolution(between, filters, 8, 3));
  });
  EXPECT_GT(after.count("tensor<1x?x?x8xui8>"), 0) << after.text;
  EXPECT_GT(after.count("tensor<1x?x?x5xui8>"), 0) << after.text;
  EXPECT_GT(after.count("tensor<1x6x?x?xui8>"), 0)
      << "The image is no product's: " << after.text;
}

TEST(ChannelsInnermost, ThroughSumsAndWindows) {
  Outcome after = moved([](Builder &b) {
    Tensor first = convolution(image(b, input(b)));
    Tensor second = sum(convolution(first, filters, filters), first);
    output(b, convolution(depthwise(second, filters), filters, 8));
  });
  EXPECT_EQ(after.count("tensor<1x5x?x?xui8>"), 0) << after.text;
  EXPECT_GT(after.count("tensor<3x5xi8>"), 0)
      << "the weights of each channel: " << after.text;
}

TEST(ChannelsInnermost, NotOfASingleProduct) {
  Outcome after =
      moved([](Builder &b) { output(b, convolution(image(b, input(b)))); });
  EXPECT_EQ(after.count("tensor<1x?x?x5xui8>"), 0) << after.text;
}

TEST(ChannelsInnermost, NotOfFewChannels) {
  Outcome after = moved([](Builder &b) {
    Tensor between = convolution(image(b, input(b)), channels, 3);
    output(b, convolution(between, 3, 8));
  });
  EXPECT_EQ(after.count("tensor<1x?x?x3xui8>"), 0) << after.text;
}

/// What is no kernel needs the layout that the model says.
TEST(ChannelsInnermost, NotOfWhatOthersRead) {
  Outcome after = moved([](Builder &b) {
    Tensor first = convolution(image(b, input(b)));
    Tensor second = convolution(first, filters, filters);
    Tensor flat = b.reshape(second, {first.dim(2), filters * first.dim(3)});
    output(b, convolution(second, filters, 8));
    b.output("z", flat);
  });
  EXPECT_EQ(after.count("tensor<1x?x?x5xui8>"), 0) << after.text;
}

/// Reals that a sum of bytes adds are in its order.
TEST(ChannelsInnermost, OfRealsThatWhatMovesReads) {
  Outcome after = moved([](Builder &b) {
    Tensor x = image(b, input(b)), first = convolution(x);
    Tensor real = convolution(x, channels, filters, 1, DType::f32);
    Tensor second = b.map(first.shape(), DType::u8, [&](auto i) {
      return first.at(i) + cast(real.at(i), DType::u8);
    });
    output(b, convolution(second, filters, 8));
  });
  EXPECT_GT(after.count("tensor<1x?x?x5xf32>"), 0) << after.text;
}

TEST(ChannelsInnermost, NotOfWhatIsReadAtOneChannel) {
  Outcome after = moved([](Builder &b) {
    Tensor first = convolution(image(b, input(b)));
    Tensor one = b.map(first.shape(), DType::u8, [&](auto i) {
      return first.at({i[0], b.index(2), i[2], i[3]});
    });
    output(b, convolution(one, filters, 8));
  });
  EXPECT_EQ(after.count("tensor<1x?x?x5xui8>"), 0) << after.text;
}

TEST(ChannelsInnermost, NotOfRealsThatOthersRead) {
  Outcome after = moved([](Builder &b) {
    Tensor between = convolution(image(b, input(b)));
    Tensor bytes = convolution(between, filters, filters);
    output(b, convolution(bytes, filters, 8, 1, DType::f32));
  });
  EXPECT_GT(after.count("tensor<1x?x?x5xui8>"), 0) << after.text;
  EXPECT_EQ(after.count("tensor<1x?x?x8xf32>"), 0) << after.text;
}

} // namespace landfall::compiler
