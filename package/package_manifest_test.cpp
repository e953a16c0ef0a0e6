//===- package_manifest_test.cpp - How kernels were made, kept ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/package_manifest.h"

#include <gtest/gtest.h>

namespace landfall {
namespace {

GenerationRecord loops() {
  return {"loops", {{"contraction", "a factor is \"odd\""}}};
}
GenerationRecord packed() {
  return {"dot_m or packed",
          {{"stencil", "it has M"}, {"dot_n", "M is large"}}};
}

Package example() {
  Package package;
  package.target = "cpu";
  package.kernels.resize(3);
  package.code = {{"cpu", "avx512", {}, {loops(), packed(), loops()}},
                  {"cpu", "avx2", {}, {loops(), loops(), loops()}},
                  {"cpu", "descriptions", {}, {}}};
  return package;
}

/// The same without what a manifest says.
Package bare() {
  Package package = example();
  for (CodeSection &section : package.code)
    section.generation.clear();
  return package;
}

TEST(PackageManifest, keepsHowKernelsWereMade) {
  Package before = example(), after = bare();
  std::string text = write_manifest(before);
  EXPECT_EQ(text, write_manifest(before));
  ASSERT_TRUE(read_manifest(text, after).ok());
  for (size_t k = 0; k < before.code.size(); ++k)
    EXPECT_EQ(after.code[k].generation, before.code[k].generation);
}

TEST(PackageManifest, equalRecordsStandOnce) {
  Package few = example(), many = example();
  many.kernels.resize(300);
  for (CodeSection &section : many.code)
    section.generation.assign(300, loops());
  std::string text = write_manifest(many);
  EXPECT_EQ(text.find("odd"), text.rfind("odd"));
  EXPECT_LT(text.size(), write_manifest(few).size() + 2 * 3 * 300);
}

TEST(PackageManifest, whatDoesNotFitIsRefused) {
  auto refuses = [](std::string text, std::string_view from,
                    std::string_view to) {
    size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    Package package = bare();
    Status status = read_manifest(text, package);
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status.error().code, ErrorCode::invalid_package);
  };
  std::string text = write_manifest(example());
  refuses(text, "[0,1,0]", "[0,1]");
  refuses(text, "[0,1,0]", "[0,2,0]");
  refuses(text, "[0,1,0]", "[0,-1,0]");
  refuses(text, "[0,1,0]", "[0,\"1\",0]");
  refuses(text, "[0,1,0]", "7");
  refuses(text, "[0,1,0],", "");
  refuses(text, "\"sections\"", "\"selections\"");
  refuses(text, "[\"loops\",", "[7,");
  refuses(text, "[\"stencil\",", "[[],");
}

TEST(PackageManifest, fallbacksThatDoNotFitAreRefused) {
  Package before = bare();
  before.fallbacks = {{0, "a", true}, {2, "b", false}};
  std::string text = write_manifest(before);
  Package after = bare();
  ASSERT_TRUE(read_manifest(text, after).ok());
  EXPECT_EQ(after.fallbacks, before.fallbacks);
  std::string_view row = R"([2,"b",false])";
  size_t at = text.find(row);
  ASSERT_NE(at, std::string::npos) << text;
  for (const char *wrong :
       {R"([3,"b",false])", R"([0,"b",false])", R"([2,"b"])",
        R"([-1,"b",false])", R"([2,1,false])", "7"}) {
    std::string changed = text;
    changed.replace(at, row.size(), wrong);
    Package package = bare();
    Status status = read_manifest(changed, package);
    ASSERT_FALSE(status.ok()) << changed;
    EXPECT_EQ(status.error().code, ErrorCode::invalid_package);
  }
}

TEST(PackageManifest, olderPackagesDoNotSay) {
  Package package = bare();
  ASSERT_TRUE(read_manifest(R"({"target": "cpu", "producer": "",
      "model_name": "", "model_hash": "", "options": ""})",
                            package)
                  .ok());
  EXPECT_TRUE(package.code[0].generation.empty());
}

TEST(GenerationRecord, readsAsASentence) {
  EXPECT_EQ(print(packed()),
            "dot_m or packed (stencil: because it has M; dot_n: because M is "
            "large)");
  EXPECT_EQ(print(GenerationRecord{"stencil", {}}), "stencil");
}

} // namespace
} // namespace landfall
