//===- placement_test.cpp - Where a package's kernels run -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/placement.h"

#include "package/kernel_for_test.h"
#include "package/program_for_test.h"

#include <gtest/gtest.h>

namespace landfall::compiler {
namespace {

/// Runs contractions natively, and refuses kernels named "none".
class Contractions : public Target {
public:
  std::string_view name() const override { return "contractions"; }
  Support supports(const Kernel &kernel) const override {
    if (kernel.name == "none")
      return Support::no("of its name");
    if (kernel.kind != KernelClass::contraction)
      return Support::fallback("it is no contraction");
    return {};
  }
  Result<std::vector<CodeSection>>
  generate(std::span<const Kernel>, const CodegenOptions &) const override {
    return std::vector<CodeSection>();
  }
};

Package example() {
  Package package;
  package.target = "contractions";
  package.kernels = {add_relu_kernel(), matmul_kernel(), scan_kernel()};
  return package;
}

TEST(Placement, EachKernelIsAskedAbout) {
  Package package = example();
  ASSERT_TRUE(place_kernels(Contractions(), package).ok());
  ASSERT_TRUE(place_kernels(Contractions(), package).ok()) << "again";
  ASSERT_EQ(package.fallbacks.size(), 2u);
  EXPECT_EQ(package.fallbacks[0], (Fallback{0, "it is no contraction", false}));
  EXPECT_EQ(package.fallbacks[1].kernel, 2u);
  EXPECT_EQ(fallback_summary(package),
            "2 of 3 kernels do not run natively on contractions and fall back: "
            "2 because it is no contraction; `landfall explain` shows them, "
            "--require-target forbids it");
}

TEST(Placement, NoIsAnErrorAtTheKernelsNodes) {
  Package package = example();
  package.kernels[0].name = "none";
  Status status = place_kernels(Contractions(), package);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::unsupported);
  EXPECT_EQ(status.error().place.node, (ModelNode{"Add_0", false, "Add"}));
  EXPECT_EQ(status.error().message, "target 'contractions' cannot run its "
                                    "kernel, because of its name");
}

TEST(Placement, TheHostHasCodeForItsKernelsOnly) {
  Package package = example();
  ASSERT_TRUE(place_kernels(Contractions(), package).ok());
  CodegenOptions options;
  options.variants = {"native"};
  Status done = generate_fallback_code(package, options);
  ASSERT_TRUE(done.ok()) << done.error().message;
  ASSERT_EQ(package.fallback_code.size(), 1u);
  EXPECT_EQ(package.fallback_code[0].target, "cpu");
  EXPECT_EQ(package.fallback_code[0].generation.size(), 2u);
  EXPECT_TRUE(package.fallbacks[0].has_code && package.fallbacks[1].has_code);
}

TEST(Placement, NothingFallsBackSilentlyOrForNothing) {
  Package package;
  package.kernels = {matmul_kernel()};
  ASSERT_TRUE(place_kernels(Contractions(), package).ok());
  EXPECT_TRUE(package.fallbacks.empty());
  EXPECT_EQ(fallback_summary(package), "");
}

} // namespace
} // namespace landfall::compiler
