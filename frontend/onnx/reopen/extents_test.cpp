//===- extents_test.cpp -----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/extents.h"

#include <gtest/gtest.h>

namespace landfall::frontend {
namespace {

TEST(Extents, ProbesChangeEveryExtentAndTellSquaresApart) {
  ir::SizeContext context;
  Size h = context.symbol("h"), w = context.symbol("w");
  Extents extents;
  extents.open(h, 96);
  extents.open(w, 96);
  for (int probe = 0; probe < Extents::probes; ++probe) {
    EXPECT_NE(extents.at(probe, h), 96);
    EXPECT_NE(extents.at(probe, h), extents.at(probe, w));
    EXPECT_EQ(extents.at(probe, equal(h, w)), 0);
  }
  for (int probe = 0; probe < Extents::multiples; ++probe)
    EXPECT_EQ(extents.at(probe, mod(h, 96)), 0);
  EXPECT_EQ(extents.exported(floordiv(h - Size(1), 2)), 47);
}

TEST(Extents, WhatOnlyARunKnowsHasNoValue) {
  ir::SizeContext context;
  Size h = context.symbol("h"), other = context.symbol("count");
  Extents extents;
  extents.open(h, 8);
  EXPECT_TRUE(extents.is_open(h * Size(2)));
  EXPECT_FALSE(extents.is_open(h + other));
  EXPECT_FALSE(extents.is_open(7));
  EXPECT_EQ(extents.exported(h + other), std::nullopt);
  EXPECT_EQ(extents.exported(floordiv(h, h - Size(8))), std::nullopt);
}

TEST(Extents, AreFoundByTheirValueAndSymbols) {
  ir::SizeContext context;
  Size h = context.symbol("h"), w = context.symbol("w");
  Extents extents;
  extents.open(h, 8);
  extents.open(w, 8);
  extents.see({h, floordiv(w, 2), 8});
  EXPECT_EQ(extents.with_value(8), (std::vector<Size>{h, w}));
  EXPECT_EQ(extents.with_value(8, floordiv(w, 2)), std::vector<Size>{w});
}

} // namespace
} // namespace landfall::frontend
