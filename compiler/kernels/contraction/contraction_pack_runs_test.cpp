//===- contraction_pack_runs_test.cpp - Which sides lie in runs -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What is packed is compared with the interpreter in compiler/native/suite;
// here: which sides are packed run by run.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_for_test.h"
#include "compiler/kernels/contraction/contraction_pack.h"

#include <gtest/gtest.h>

namespace landfall::kernels {
namespace {

struct Image {
  DType type = DType::u8;
  int64_t channels = 64;
  bool channels_last = true;
  bool free_stride = false; ///< Rows are a stride apart that the run knows.
};

/// Whether the rows of a convolution by 3 taps along columns, with one column
/// of padding, lie in runs of channels.
bool has_runs(const Image &image) {
  ContractionMaker k([] { return true; });
  Extent columns = k.extent(1), outputs = k.extent(1), stride = k.extent(1);
  Extent channels = fixed(image.channels), taps = fixed(3);
  k.kernel.loops = {columns, outputs};
  k.kernel.reduce = {taps, channels};
  k.kernel.accumulator = DType::i32;
  uint32_t x =
      k.input(image.type, image.channels_last ? std::vector{columns, channels}
                                              : std::vector{channels, columns});
  uint32_t w = k.input(DType::i8, {outputs, taps, channels});
  k.output(DType::i32, k.kernel.loops);
  k.in_factors();
  NodeId column = k.param(DType::i64), output = k.param(DType::i64);
  NodeId tap = k.param(DType::i64), channel = k.param(DType::i64);
  NodeId first = image.free_stride ? k.mul(column, k.node(stride)) : column;
  NodeId at =
      k.scalar(ScalarOp::sub, DType::i64, {k.add(first, tap), k.literal(1)});
  auto holds = [&](NodeId a, NodeId b) {
    return k.scalar(ScalarOp::le, DType::boolean, {a, b});
  };
  NodeId last =
      k.scalar(ScalarOp::sub, DType::i64, {k.node(columns), k.literal(1)});
  NodeId guard = k.scalar(ScalarOp::bit_and, DType::boolean,
                          {holds(k.literal(0), at), holds(at, last)});
  std::vector<NodeId> place =
      image.channels_last ? std::vector{at, channel} : std::vector{channel, at};
  place.insert(place.end(), {guard, k.number(image.type, 0)});
  k.yield({k.cast(DType::i32, k.load(x, place)),
           k.cast(DType::i32, k.load(w, {output, tap, channel}))});
  k.finish_body(Finish::none, 0, DType::i32, 0);
  Kernel kernel = k.take().kernel;
  std::vector<Extent> extents = kernel.loops;
  extents.insert(extents.end(), kernel.reduce.begin(), kernel.reduce.end());
  analysis::IndexSpace space{kernel.factors.params, extents};
  // The bytes themselves, without the cast.
  NodeId bytes = kernel.nodes[kernel.factors.yields[0]].args[0];
  Result<analysis::Factor> factor = analysis::read_factor(kernel, space, bytes);
  EXPECT_TRUE(factor) << factor.error().message;
  return PackSide(*factor, space, {0}, {2, 3}).has_runs(kernel, DType::u8);
}

TEST(PackRuns, channelsThatAreInnermostAreRuns) {
  EXPECT_TRUE(has_runs({}));
  EXPECT_TRUE(has_runs({.type = DType::i8}));
}

TEST(PackRuns, shortRunsAreNone) {
  EXPECT_TRUE(has_runs({.channels = shortest_run}));
  EXPECT_FALSE(has_runs({.channels = shortest_run - 1}));
}

TEST(PackRuns, notWhereNeighboursAreApart) {
  EXPECT_FALSE(has_runs({.channels_last = false}));
}

/// Where a guard holds must be an interval of rows.
TEST(PackRuns, guardsMoveByKnownSteps) {
  EXPECT_FALSE(has_runs({.free_stride = true}));
}

TEST(PackRuns, elementsArePackedAsTheyAre) {
  EXPECT_FALSE(has_runs({.type = DType::u16}));
}

} // namespace
} // namespace landfall::kernels
