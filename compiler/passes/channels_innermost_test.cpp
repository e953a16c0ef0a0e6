//===- channels_innermost_test.cpp - What tensors look like then ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/channels_innermost.h"

#include "compiler/passes/byte_networks_for_test.h"

namespace landfall::compiler {

using namespace byte_networks;

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

} // namespace landfall::compiler
