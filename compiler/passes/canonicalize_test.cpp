//===- canonicalize_test.cpp - DCE and CSE tests --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/passes/canonicalize.h"

#include "base/element_count.h"
#include "base/owned_constant.h"
#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

Tensor plus_one(Tensor x) {
  return x.builder().elementwise({x}, [](auto e) { return e[0] + 1; });
}

/// The pass must not change what the graph computes.
Outcome cleaned(const BuildGraph &build) {
  Outcome after = outcome(build, canonicalize);
  EXPECT_EQ(after.values, outcome(build, nullptr).values);
  EXPECT_FALSE(after.values.empty());
  return after;
}

TEST(Clean, MergesEqualOperations) {
  BuildGraph build = [](Builder &b) {
    Tensor x = input(b);
    Tensor sum = b.elementwise({plus_one(x), plus_one(x)},
                               [](auto e) { return e[0] * e[1]; });
    b.output("y", sum);
  };
  EXPECT_EQ(outcome(build, nullptr).count("lf.map"), 3);
  EXPECT_EQ(cleaned(build).count("lf.map"), 2);
}

TEST(Clean, ErasesWhatNobodyUses) {
  BuildGraph build = [](Builder &b) {
    Tensor x = input(b);
    plus_one(plus_one(x));
    b.output("y", plus_one(x));
  };
  EXPECT_EQ(cleaned(build).count("lf.map"), 1);
}

TEST(Clean, ComposesReshapes) {
  BuildGraph build = [](Builder &b) {
    Tensor x = input(b);
    Tensor flat = b.reshape(plus_one(x), {x.element_count()});
    Tensor column = b.reshape(flat, {x.element_count(), 1});
    b.output("y", plus_one(b.reshape(column, x.shape())));
  };
  EXPECT_EQ(outcome(build, nullptr).count("lf.reshape"), 3);
  EXPECT_EQ(cleaned(build).count("lf.reshape"), 0) << "they cancel out";
}

TEST(Clean, FoldsIndexArithmetic) {
  BuildGraph build = [](Builder &b) {
    Tensor x = input(b);
    b.output("y", b.map(x.shape(), DType::f32, [&](auto i) {
      Scalar row = (i[0] * b.index(1) + b.index(0)) / b.index(1);
      return x.at({row, i[1] - b.index(0)});
    }));
  };
  EXPECT_EQ(cleaned(build).count("lf.scalar"), 0);
}

TEST(Clean, KnownLimitsAreLiterals) {
  auto build = [](std::vector<int64_t> dims) -> BuildGraph {
    return [dims](Builder &b) {
      auto limit = [&](float value) {
        std::vector<float> elements(element_count(dims), value);
        return b.constant(owned_constant<float>(DType::f32, dims, elements));
      };
      b.output("y",
               b.elementwise({input(b), limit(-0.5f), limit(1.5f)}, [](auto e) {
                 return minimum(maximum(e[0], e[1]), e[2]);
               }));
    };
  };
  for (const auto &dims : {std::vector<int64_t>{}, {1}, {1, 1}}) {
    EXPECT_EQ(outcome(build(dims), nullptr).count("lf.load"), 3);
    EXPECT_EQ(cleaned(build(dims)).count("lf.load"), 1);
  }
  EXPECT_EQ(cleaned(build({4})).count("lf.load"), 3) << "one for each column";
}

TEST(Clean, KeepsRequirements) {
  BuildGraph build = [](Builder &b) {
    Tensor x = input(b);
    b.require(less(x.dim(0), 100), "too many rows");
    b.output("y", plus_one(x));
  };
  EXPECT_EQ(cleaned(build).count("lf.require"), 1);
}

/// Of six elements by way of n, which the run says, to one.
TEST(Canonicalize, ReshapesThatContradictEachOtherStay) {
  Module module;
  Builder b(module);
  Tensor x = input(b);
  Tensor six = b.map({2, 3}, DType::f32,
                     [&](auto) { return x.at({b.index(0), b.index(0)}); });
  b.output("y", b.reshape(b.reshape(six, {x.shape()[0]}), {1}));
  canonicalize(module.impl(), {});
  EXPECT_TRUE(verify_core_ir(module));
}

} // namespace
} // namespace landfall::compiler
