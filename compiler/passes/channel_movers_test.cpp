//===- channel_movers_test.cpp - Whose channels become innermost ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/channel_movers.h"

#include "compiler/passes/byte_networks_for_test.h"

namespace landfall::compiler {

using namespace byte_networks;

TEST(ChannelMovers, NotOfASingleProduct) {
  Outcome after =
      moved([](Builder &b) { output(b, convolution(image(b, input(b)))); });
  EXPECT_EQ(after.count("tensor<1x?x?x5xui8>"), 0) << after.text;
}

TEST(ChannelMovers, NotOfFewChannels) {
  Outcome after = moved([](Builder &b) {
    Tensor between = convolution(image(b, input(b)), channels, 3);
    output(b, convolution(between, 3, 8));
  });
  EXPECT_EQ(after.count("tensor<1x?x?x3xui8>"), 0) << after.text;
}

/// What is no kernel needs the layout that the model says.
TEST(ChannelMovers, NotOfWhatOthersRead) {
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
TEST(ChannelMovers, OfRealsThatWhatMovesReads) {
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

TEST(ChannelMovers, NotOfWhatIsReadAtOneChannel) {
  Outcome after = moved([](Builder &b) {
    Tensor first = convolution(image(b, input(b)));
    Tensor one = b.map(first.shape(), DType::u8, [&](auto i) {
      return first.at({i[0], b.index(2), i[2], i[3]});
    });
    output(b, convolution(one, filters, 8));
  });
  EXPECT_EQ(after.count("tensor<1x?x?x5xui8>"), 0) << after.text;
}

TEST(ChannelMovers, NotOfRealsThatOthersRead) {
  Outcome after = moved([](Builder &b) {
    Tensor between = convolution(image(b, input(b)));
    Tensor bytes = convolution(between, filters, filters);
    output(b, convolution(bytes, filters, 8, 1, DType::f32));
  });
  EXPECT_GT(after.count("tensor<1x?x?x5xui8>"), 0) << after.text;
  EXPECT_EQ(after.count("tensor<1x?x?x8xf32>"), 0) << after.text;
}

} // namespace landfall::compiler
