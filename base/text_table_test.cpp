//===- text_table_test.cpp - The texts that elements number ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/text_table.h"

#include <gtest/gtest.h>

using namespace landfall;
using namespace std::string_view_literals;

TEST(TextTable, EqualTextsHaveEqualNumbers) {
  TextTable table;
  EXPECT_EQ(table.number_of(""), 0);
  EXPECT_EQ(table.number_of("a\0b"sv), 1);
  EXPECT_EQ(table.number_of("a"), 2);
  EXPECT_EQ(table.number_of("a\0b"sv), 1);
  EXPECT_EQ(table.text(1), "a\0b"sv);
  EXPECT_EQ(table.size(), 3);
}

TEST(TextTable, HasNoTextForOtherNumbers) {
  TextTable table;
  EXPECT_EQ(table.text(-1), std::nullopt);
  EXPECT_EQ(table.text(1), std::nullopt);
  TextTable next(&table);
  EXPECT_EQ(next.text(-1), std::nullopt);
  EXPECT_EQ(next.text(1), std::nullopt);
}

TEST(TextTable, ContinuesAnother) {
  TextTable model;
  model.number_of("known");
  TextTable run(&model);
  EXPECT_EQ(run.number_of("known"), 1);
  EXPECT_EQ(run.number_of("new"), 2);
  EXPECT_EQ(run.text(1), "known");
  EXPECT_EQ(run.text(2), "new");
  run.drop_own();
  EXPECT_EQ(run.size(), 2);
  EXPECT_EQ(run.number_of("other"), 2);
  EXPECT_EQ(model.size(), 2);
}

TEST(TextTable, ViewsHoldWhileTheTableGrows) {
  TextTable table;
  std::string_view first = *table.text(table.number_of("first"));
  for (int i = 0; i < 10000; ++i)
    table.number_of(std::to_string(i));
  EXPECT_EQ(first, "first");
  EXPECT_EQ(table.number_of("9999"), table.size() - 1);
}
