//===- variants_test.cpp --------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/cpu/codegen/variants.h"

#include "base/processor.h"

#include <gtest/gtest.h>

namespace landfall::cpu {
namespace {

using Names = std::vector<std::string>;

/// Of kernels that multiply no bytes.
Names chosen(const Names &asked) {
  Names names;
  auto variants = choose_variants(asked, {});
  if (variants)
    for (const Variant *variant : *variants)
      names.emplace_back(variant->name);
  return names;
}

TEST(Variants, UsualOnesAreOfThisArchitecture) {
  Names names = chosen({});
  EXPECT_FALSE(names.empty());
  for (const std::string &name : names)
    EXPECT_TRUE(name.starts_with(processor_architecture)) << name;
  EXPECT_EQ(std::count(names.begin(), names.end(), "x86_64-v2"), 0);
}

TEST(Variants, NamesMeanOneOrAnArchitectureOrAll) {
  EXPECT_EQ(chosen({"neon"}), Names{"aarch64-neon"});
  EXPECT_EQ(chosen({"aarch64"}), Names{"aarch64-neon"});
  EXPECT_EQ(chosen({"riscv64"}),
            (Names{"riscv64-v256", "riscv64-v128", "riscv64-gc"}));
  EXPECT_EQ(chosen({"x86_64"}),
            (Names{"x86_64-avx512", "x86_64-avx2", "x86_64-v2"}));
  EXPECT_EQ(chosen({"all"}).size(), 7u);
  EXPECT_EQ(chosen({"all", "neon"}).size(), 7u) << "one was chosen twice";
}

TEST(Variants, NativeIsOneOfThisArchitecture) {
  Names names = chosen({"native"});
  ASSERT_EQ(names.size(), 1u);
  EXPECT_TRUE(names[0].starts_with(processor_architecture));
}

TEST(Variants, UnknownNamesAreAnsweredWithTheList) {
  auto variants = choose_variants(Names{"sparc"}, {});
  ASSERT_FALSE(variants.ok());
  for (const char *name : {"sparc", "native", "all", "aarch64-neon"})
    EXPECT_NE(variants.error().message.find(name), std::string::npos) << name;
}

} // namespace
} // namespace landfall::cpu
