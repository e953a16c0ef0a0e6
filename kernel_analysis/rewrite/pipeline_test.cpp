//===- pipeline_test.cpp - The order of rewrites, and what is seen --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/rewrite/pipeline.h"
#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {
namespace {

using Names = std::vector<std::string_view>;

TEST(RewritePipeline, stepsAreNamedInOrder) {
  Names names;
  for (const RewriteStep &step : rewrite_steps())
    names.push_back(step.name);
  // Folds are formed before equal ones merge, and fma from what is left; loops
  // collapse when no index is computed with any more than it must be.
  EXPECT_EQ(names, (Names{"contraction_as_map", "common_subexpressions",
                          "sink_into_branches", "form_fma", "collapse_loops"}));
}

TEST(RewritePipeline, theObserverSeesStepsThatChangeSomething) {
  Names seen;
  std::string last;
  CollapsedKernel result =
      rewrite(matmul_kernel(), [&](std::string_view step, const Kernel &after) {
        seen.push_back(step);
        last = print(after);
      });
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front(), "contraction_as_map");
  EXPECT_EQ(last, print(result.kernel));
  // Seen or not, the result is the same; a second time nothing changes.
  EXPECT_EQ(print(rewrite(matmul_kernel()).kernel), last);
  rewrite(result.kernel, [](std::string_view step, const Kernel &) {
    ADD_FAILURE() << step << " changes its own result";
  });
}

TEST(RewritePipeline, productsOfSizesBelongToTheResult) {
  KernelMaker k("copy", KernelClass::map);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0), sized(1)};
  uint32_t x = k.input(DType::f32, k.kernel.loops);
  k.output(DType::f32, k.kernel.loops);
  NodeId i = k.param(DType::i64), j = k.param(DType::i64);
  k.yield({k.load(x, {i, j})});
  Names seen;
  CollapsedKernel result =
      rewrite(std::move(k.kernel), [&](std::string_view step, const Kernel &) {
        seen.push_back(step);
      });
  EXPECT_EQ(seen, Names{"collapse_loops"});
  ASSERT_EQ(result.products.size(), 1u);
  EXPECT_EQ(result.kernel.loops.size(), 1u);
}

} // namespace
} // namespace landfall::analysis
