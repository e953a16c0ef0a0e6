//===- options_test.cpp - Options of the provider -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "adapters/onnxruntime/options.h"

#include "adapters/onnxruntime/failure.h"

#include <gtest/gtest.h>

namespace landfall::onnxruntime {
namespace {

using Entries = std::map<std::string, std::string>;

std::string refusal(const std::string &name, const std::string &value) {
  try {
    read_options(Entries{{option_prefix + name, value}});
  } catch (const Failure &failure) {
    EXPECT_EQ(failure.code(), ort_invalid_argument);
    return failure.what();
  }
  return "";
}

TEST(ProviderOptions, AreReadByKind) {
  Options options = read_options({{option_prefix + std::string("threads"), "3"},
                                  {option_prefix + std::string("cache"), "0"},
                                  {option_prefix + std::string("device"), "x"},
                                  {"session.other", "1"}});
  EXPECT_EQ(options.threads, 3);
  EXPECT_FALSE(options.cache);
  EXPECT_EQ(options.device, "x");
  EXPECT_EQ(options.timeout_seconds, 60);
  EXPECT_EQ(options.load_json(),
            R"({"threads":3,"own_process":false,"timeout_seconds":60,)"
            R"("require_target":false})");
}

TEST(ProviderOptions, AWrongOneIsRefusedWithThoseThatThereAre) {
  EXPECT_NE(refusal("thread", "3").find("options are device, threads,"),
            std::string::npos);
  for (const char *number : {"", "x", "1x", "-1", "99999999999999999999"})
    EXPECT_NE(refusal("threads", number).find("a number from 0"),
              std::string::npos)
        << number;
  for (const char *number : {"nan", "inf", "-0.5", "1e999"})
    EXPECT_NE(refusal("check_speed", number).find("a real number from 0"),
              std::string::npos)
        << number;
  EXPECT_NE(refusal("cache", "yes").find("0 or 1"), std::string::npos);
  EXPECT_NE(refusal("variants", "none").find("\"native\" or \"all\""),
            std::string::npos);
}

TEST(ProviderOptions, ASavedModelHasCodeForAllMachines) {
  auto variants = [](const Entries &entries) {
    std::string json = read_options(entries).compile_json();
    return json.find("native") == std::string::npos ? "all" : "native";
  };
  EXPECT_STREQ(variants({}), "native");
  EXPECT_STREQ(variants({{"ep.context_enable", "1"}}), "all");
  EXPECT_STREQ(variants({{"ep.context_enable", "1"},
                         {option_prefix + std::string("variants"), "native"}}),
               "native");
}

} // namespace
} // namespace landfall::onnxruntime
