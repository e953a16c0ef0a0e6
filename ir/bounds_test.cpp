//===- bounds_test.cpp - Accesses that may not fit -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/builder.h"
#include "ir/module/module.h"

#include <functional>
#include <gtest/gtest.h>

namespace landfall::ir {
namespace {

using Body =
    std::function<Scalar(Builder &, Tensor x, Size n, const Scalars &at)>;

/// Requirements that a map over [n, 4] (or [rows, 4]) with this body adds; its
/// operand is x[m, 4]. -1: it was refused at once.
int requirements(const Body &body, std::optional<Size> rows = {}) {
  Module module;
  Builder b(module);
  auto input = [&](std::string name, std::string symbol) {
    return b.input({std::move(name),
                    ValueKind::tensor,
                    DType::f32,
                    {{-1, std::move(symbol)}, {4, ""}}});
  };
  Tensor x = input("x", "m");
  Size n = rows.value_or(input("y", "n").dim(0));
  try {
    b.map({n, 4}, DType::f32, [&](std::span<const Scalar> at) {
      return body(b, x, n, Scalars(at.begin(), at.end()));
    });
  } catch (const BuildError &) {
    return -1;
  }
  std::string text = module.print();
  int count = 0;
  for (size_t at = 0; (at = text.find("lf.require", at)) != text.npos; ++at)
    ++count;
  return count;
}

TEST(Bounds, UnrelatedExtentsAreRequiredToFit) {
  EXPECT_EQ(requirements([](Builder &, Tensor x, Size, auto at) {
              return x.at({at[0], at[1]});
            }),
            1);
}

TEST(Bounds, WhatFitsForSureIsNotRequired) {
  EXPECT_EQ(requirements([](Builder &b, Tensor x, Size, auto at) {
              Scalar last = b.scalar(x.dim(0) - 1);
              return x.at(
                  {maximum(minimum(at[0], last), 0), b.index(3) - at[1]});
            }),
            1)
      << "an empty x has no last row";
  EXPECT_EQ(requirements([](Builder &b, Tensor x, Size, auto at) {
              return sum(b, {x.dim(0)}, DType::f32,
                         [&](auto k) { return x.at({k[0], at[1]}); });
            }),
            0);
}

TEST(Bounds, WhatCannotFitIsRefused) {
  auto beyond = [](Builder &, Tensor x, Size, auto at) {
    return x.at({at[0], at[1] + 1});
  };
  EXPECT_EQ(requirements(beyond, Size(3)), -1);
  EXPECT_EQ(requirements(beyond), 2) << "without rows nothing is read";
}

TEST(Bounds, GuardsSpeakForTheIndicesThatTheyLookAt) {
  auto guarded = [](int looked_at) {
    return requirements([=](Builder &b, Tensor x, Size, auto at) {
      return x.at_or(std::array{at[0], at[1]},
                     at[looked_at] < b.scalar(x.dim(looked_at)),
                     b.literal(DType::f32, 0));
    });
  };
  EXPECT_EQ(guarded(0), 0);
  EXPECT_EQ(guarded(1), 1) << "the rows are not guarded";
}

TEST(Bounds, BranchesSpeakForThemselves) {
  EXPECT_EQ(requirements([](Builder &b, Tensor x, Size, auto at) {
              return b.branch(
                  at[0] < b.scalar(x.dim(0)),
                  [&] { return Scalars{x.at({at[0], at[1]})}; },
                  [&] { return Scalars{b.literal(DType::f32, 0)}; })[0];
            }),
            0);
}

} // namespace
} // namespace landfall::ir
