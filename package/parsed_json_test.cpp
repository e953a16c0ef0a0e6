//===- parsed_json_test.cpp -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/parsed_json.h"

#include <gtest/gtest.h>
#include <string>

namespace landfall {
namespace {

TEST(ParsedJson, IsWhatTheParserMakes) {
  for (const char *text : {"{}", "[]", "3", "\"a\"", "null",
                           R"({"a": [1, {"b": [true, "x"]}], "c": {}})"})
    EXPECT_EQ(*ParsedJson(text), nlohmann::json::parse(text)) << text;
}

TEST(ParsedJson, MalformedTextIsOfNoKind) {
  for (const char *text : {"", "{", R"({"a": [1, {"b": 2}, )", "[1] 2", "nul"})
    EXPECT_TRUE(ParsedJson(text)->is_discarded()) << text;
}

TEST(ParsedJson, DepthIsLimited) {
  auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(ParsedJson(nested(64))->is_array());
  EXPECT_TRUE(ParsedJson(nested(65))->is_discarded());
  EXPECT_TRUE(ParsedJson(nested(1'000'000))->is_discarded());
  EXPECT_TRUE(ParsedJson(std::string(1'000'000, '['))->is_discarded());
}

} // namespace
} // namespace landfall
