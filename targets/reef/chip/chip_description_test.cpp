//===- chip_description_test.cpp ------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/chip/chip_description.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace landfall::reef {
namespace {

std::string reef2_with(const std::string &from, const std::string &to) {
  std::string text = chip_format.print(*chip_format.find("reef2"));
  size_t at = text.find(from);
  EXPECT_NE(at, text.npos);
  return text.replace(at, from.size(), to);
}

std::string refusal(const std::string &text) {
  auto chip = chip_format.parse(text, "my.chip");
  return chip.ok() ? "accepted" : chip.error().message;
}

TEST(ChipDescription, ThreeGenerationsAreBuiltIn) {
  std::vector<std::string> names;
  for (const chip_file::BuiltInChip &chip : built_in_chips()) {
    names.emplace_back(chip.name);
    EXPECT_LE(std::count(chip.text.begin(), chip.text.end(), '\n'), 60);
    auto read = chip_format.find(chip.name);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->name, chip.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"reef1", "reef2", "reef3"}));
  EXPECT_FALSE(chip_format.find("reef9").ok());
}

TEST(ChipDescription, TextsReadBack) {
  std::string text = chip_format.print(*chip_format.find("reef3"));
  EXPECT_EQ(chip_format.print(*chip_format.parse(text, "again")), text);
  EXPECT_EQ(
      chip_format.print(*chip_format.parse("\xef\xbb\xbf" + text, "marked")),
      text);
}

TEST(ChipDescription, ErrorsNameTheLineAndTheRemedy) {
  EXPECT_EQ(refusal(reef2_with("cores = 4", "cores: 4")),
            "my.chip:2: 'cores: 4' is not of the form 'key = value'; a comment "
            "begins with '#'");
  EXPECT_EQ(refusal(reef2_with("cores = 4", "cores = many")),
            "my.chip:2: 'cores' is 'many'; expected a whole number from 1 to "
            "64");
  EXPECT_EQ(refusal(reef2_with("cores = 4", "cores = 4\ncores = 4")),
            "my.chip:3: 'cores' stands already in line 2; keep one");
  EXPECT_EQ(refusal(reef2_with("= 512", "= 500")),
            "my.chip:5: 'vector_bits' is 500; expected a power of two");
  EXPECT_NE(refusal(reef2_with("cores", "kernels")).find("expected one of"),
            std::string::npos);
  EXPECT_NE(refusal(reef2_with("cores = 4\n", "")).find("without: cores"),
            std::string::npos);
  EXPECT_NE(refusal(reef2_with("= reef2", "= my chip")).find("is no name"),
            std::string::npos);
}

TEST(ChipDescription, RefusesTilesThatNoRegisterGroupHolds) {
  std::string tile = refusal(reef2_with("edge = 32", "edge = 128"));
  EXPECT_EQ(tile, "accepted") << "128 x 32 bits, and so many in 8 registers";
  std::string text = reef2_with("edge = 32", "edge = 128");
  text.replace(text.find("= 512"), 5, "= 256");
  EXPECT_NE(refusal(text).find("widen vector_bits"), std::string::npos);
}

TEST(ChipDescription, RefusesTilesThatTheScratchpadCannotHold) {
  std::string text = reef2_with("edge = 32", "edge = 64");
  text.replace(text.find("scratchpad_kib = 1024"), 21, "scratchpad_kib = 64");
  EXPECT_NE(refusal(text).find("widen scratchpad_kib"), std::string::npos);
  std::string wide = reef2_with("bits = 512", "bits = 4096");
  wide.replace(wide.find("scratchpad_kib = 1024"), 21, "scratchpad_kib = 96");
  EXPECT_NE(refusal(wide).find("narrow vector_bits"), std::string::npos);
}

TEST(ChipDescription, DetailsTellPeaksOfAllCores) {
  std::string peaks = details(*chip_format.find("reef2"))[1];
  EXPECT_EQ(peaks, "peaks: fp32 2.048 TFLOPS, bf16/fp16 4.096 TFLOPS, fp8 "
                   "none, int8 8.192 TOPS");
  EXPECT_EQ(summary(*chip_format.find("reef1")).find("simulated"), 0u);
}

} // namespace
} // namespace landfall::reef
