//===- text_functions_test.cpp - What the host does with characters -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/text_functions.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

namespace landfall::runtime {
namespace {

using namespace std::string_literals;

HostTensor texts(std::vector<int64_t> dims, std::vector<std::string> strings) {
  HostTensor tensor = make_tensor(DType::string, std::move(dims));
  tensor.strings = std::move(strings);
  return tensor;
}

HostTensor list(std::vector<std::string> strings) {
  auto count = int64_t(strings.size());
  return texts({count}, std::move(strings));
}

template <typename T> std::vector<T> elements(const HostTensor &tensor) {
  std::vector<T> result(tensor.bytes.data.size() / sizeof(T));
  std::memcpy(result.data(), tensor.bytes.data.data(),
              tensor.bytes.data.size());
  return result;
}

Result<HostValue> apply(BoxFunction function, std::vector<HostTensor> operands,
                        std::vector<uint32_t> extra = {}) {
  std::vector<HostValue> values;
  for (HostTensor &operand : operands)
    values.push_back({std::move(operand)});
  std::vector<const HostValue *> pointers;
  for (const HostValue &value : values)
    pointers.push_back(&value);
  return *apply_text_function(function, pointers, extra);
}

HostTensor tensor(const HostValue &value) {
  return std::get<HostTensor>(value.value);
}

std::string printed(double value, DType dtype = DType::f32) {
  HostTensor number = make_tensor(dtype, {});
  auto single = float(value);
  const void *from =
      dtype == DType::f32 ? static_cast<void *>(&single) : &value;
  std::memcpy(const_cast<uint8_t *>(number.bytes.data.data()), from,
              number.bytes.data.size());
  return texts_of_numbers(number).strings[0];
}

template <typename T> T parsed(const std::string &text, DType dtype) {
  auto result = numbers_of_texts(list({text}), dtype);
  EXPECT_TRUE(result) << text;
  return result ? elements<T>(*result)[0] : T();
}

std::string refusal(const std::string &text, DType dtype) {
  auto result = numbers_of_texts(list({text}), dtype);
  return result ? "" : result.error().message;
}

TEST(TextFunctions, ConcatBroadcasts) {
  HostTensor sum =
      tensor(*apply(BoxFunction::text_concat, {texts({2, 1}, {"a", "b\0"s}),
                                               texts({3}, {"", "x", "y"})}));
  EXPECT_EQ(sum.dims, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(sum.strings, (std::vector<std::string>{"a", "ax", "ay", "b\0"s,
                                                   "b\0x"s, "b\0y"s}));
  EXPECT_TRUE(tensor(*apply(BoxFunction::text_concat,
                            {texts({0}, {}), texts({1}, {"x"})}))
                  .strings.empty());
}

struct Split {
  std::vector<int64_t> dims, counts;
  std::vector<std::string> pieces;
};

Split split(const HostTensor &x, const std::string &delimiter,
            int32_t most = -1) {
  auto result = apply(BoxFunction::text_split, {x, texts({}, {delimiter})},
                      {uint32_t(most), most < 0 ? ~0u : 0});
  auto &both = std::get<HostSequence>(result->value);
  HostTensor pieces = tensor(both[0]);
  return {pieces.dims, elements<int64_t>(tensor(both[1])), pieces.strings};
}

TEST(TextFunctions, SplitFillsRowsUp) {
  Split by_comma = split(list({"a,,b", "", "c"}), ",");
  EXPECT_EQ(by_comma.dims, (std::vector<int64_t>{3, 3}));
  EXPECT_EQ(by_comma.counts, (std::vector<int64_t>{3, 1, 1}));
  EXPECT_EQ(by_comma.pieces,
            (std::vector<std::string>{"a", "", "b", "", "", "", "c", "", ""}));
  Split nothing = split(texts({0, 2}, {}), ",");
  EXPECT_EQ(nothing.dims, (std::vector<int64_t>{0, 2, 0}));
}

TEST(TextFunctions, SplitTakesRunsOfWhiteSpace) {
  Split spaces = split(list({"  a \t b  c ", "   "}), "");
  EXPECT_EQ(spaces.counts, (std::vector<int64_t>{3, 0}));
  EXPECT_EQ(spaces.pieces,
            (std::vector<std::string>{"a", "b", "c", "", "", ""}));
}

TEST(TextFunctions, SplitStopsAtTheLimit) {
  EXPECT_EQ(split(list({"a,b,c"}), ",", 1).pieces,
            (std::vector<std::string>{"a", "b,c"}));
  EXPECT_EQ(split(list({"a b  c "}), "", 1).pieces,
            (std::vector<std::string>{"a", "b  c"}));
}

TEST(TextFunctions, CaseIsUnicodesInAnyLocale) {
  EXPECT_EQ(
      with_case("aZ\xc3\xa4 \xd0\xb6 \xf0\x90\x90\xa8", CaseChange::upper),
      "AZ\xc3\x84 \xd0\x96 \xf0\x90\x90\x80");
  EXPECT_EQ(with_case("\xc3\x84\xce\xa9\xe1\xba\x9e", CaseChange::lower),
            "\xc3\xa4\xcf\x89\xc3\x9f");
  EXPECT_EQ(with_case("\xc4\xb0\xc3\x9f", CaseChange::upper),
            "\xc4\xb0\xc3\x9f");
}

TEST(TextFunctions, CaseKeepsWhatIsNotUtf8) {
  std::string broken = "\xff\xc3\xe2\x82\xc0\x80";
  EXPECT_EQ(with_case(broken + "a\0b"s, CaseChange::upper), broken + "A\0B"s);
}

TEST(TextFunctions, StopWordsAreWholeElements) {
  std::vector<std::string> stops = {"monday"};
  HostTensor days = list({"Monday", "monday", "tuesday"});
  EXPECT_EQ(normalized(days, stops, CaseChange::upper, true).strings,
            (std::vector<std::string>{"MONDAY", "TUESDAY"}));
  EXPECT_EQ(normalized(days, stops, CaseChange::none, false).strings,
            (std::vector<std::string>{"tuesday"}));
  HostTensor none =
      normalized(texts({1, 1}, {"monday"}), stops, CaseChange::none, true);
  EXPECT_EQ(none.dims, (std::vector<int64_t>{1, 1}));
  EXPECT_EQ(none.strings, std::vector<std::string>{""});
}

TEST(TextFunctions, PatternsMatchWholeTexts) {
  auto match = [](const std::string &text, const std::string &pattern) {
    auto result =
        apply(BoxFunction::text_match, {list({text}), texts({}, {pattern})});
    return result ? int(elements<uint8_t>(tensor(*result))[0]) : -1;
  };
  EXPECT_EQ(match("abc", "a.c"), 1);
  EXPECT_EQ(match("abcd", "a.c"), 0);
  EXPECT_EQ(match("\xc3\xa4", "."), 1);
  EXPECT_EQ(match("", ""), 1);
  EXPECT_EQ(match("x", "("), -1);
  // A backtracking engine would need 2^200 steps.
  EXPECT_EQ(match(std::string(200, 'a') + "!", "(a|aa)*"), 0);
}

TEST(TextFunctions, RefusesWhatIsNoTextToTokenize) {
  auto tokens = [](const std::string &text, const std::string &pattern) {
    return apply(BoxFunction::text_tokenize,
                 {list({text}), list({pattern, "#"})}, {1, 0, 1});
  };
  EXPECT_EQ(tensor(*tokens("a b", " ")).strings,
            (std::vector<std::string>{"a", "b"}));
  // Cut short, longer than needed, a surrogate, beyond U+10FFFF.
  for (const char *text :
       {"\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"})
    EXPECT_FALSE(tokens(text, " "));
  EXPECT_FALSE(tokens("a", "("));
  EXPECT_EQ(tensor(*apply(BoxFunction::text_tokenize,
                          {texts({0, 2}, {}), list({"", "#"})}, {0, 1, 1}))
                .dims,
            (std::vector<int64_t>{0, 2, 0}));
}

TEST(TextFunctions, RanksFollowTheBytes) {
  HostTensor x = list({"b", "", "b", "\xc3\xa4", "a"});
  EXPECT_EQ(elements<int64_t>(tensor(*apply(BoxFunction::text_rank, {x}))),
            (std::vector<int64_t>{2, 0, 2, 3, 1}));
}

TEST(TextFunctions, NumbersArePrintedAsOnnxRuntimeDoes) {
  EXPECT_EQ(printed(1), "1");
  EXPECT_EQ(printed(-0.0), "-0");
  EXPECT_EQ(printed(0.1f), "0.1");
  EXPECT_EQ(printed(314.15926f), "314.15927");
  EXPECT_EQ(printed(1e-7f), "1e-07");
  EXPECT_EQ(printed(1e8f), "1e+08");
  EXPECT_EQ(printed(NAN), "NaN");
  EXPECT_EQ(printed(-INFINITY), "-INF");
  EXPECT_EQ(printed(0.1, DType::f64), "0.1");
  EXPECT_EQ(printed(1.0 / 3, DType::f64), "0.3333333333333333");
  EXPECT_EQ(printed(5e-324, DType::f64), "4.9406565e-324");
}

TEST(TextFunctions, TextsAreReadAsNumbers) {
  EXPECT_EQ(parsed<float>(" +3.5e1\n", DType::f32), 35);
  EXPECT_EQ(parsed<float>("-InF", DType::f32), -INFINITY);
  EXPECT_TRUE(std::isnan(parsed<double>("nan", DType::f64)));
  EXPECT_EQ(parsed<double>("1e400", DType::f64), INFINITY);
  EXPECT_EQ(parsed<double>("-0.00001e-400", DType::f64), 0);
  EXPECT_EQ(parsed<float>("1e39", DType::f32), INFINITY);
  EXPECT_EQ(parsed<int64_t>("9007199254740993", DType::i64), 9007199254740993);
  EXPECT_EQ(parsed<uint64_t>("18446744073709551615", DType::u64), UINT64_MAX);
  EXPECT_EQ(parsed<int32_t>("-100.5", DType::i32), -100);
  EXPECT_EQ(parsed<uint8_t>("true", DType::boolean), 1);
  EXPECT_EQ(parsed<uint8_t>("0", DType::boolean), 0);
}

TEST(TextFunctions, WhatIsNoNumberIsRefused) {
  for (const char *text : {"", " ", "Hello", "1x", "0x10", "+-1", "1 2", "--1"})
    EXPECT_EQ(refusal(text, DType::f32),
              "the text '"s + text +
                  "' cannot be converted to float32: it is not a number");
  for (auto [text, dtype] : {std::pair{"256", DType::u8},
                             {"-1", DType::u64},
                             {"1e19", DType::i64},
                             {"99999999999999999999", DType::i64},
                             {"NaN", DType::i32}})
    EXPECT_NE(refusal(text, dtype).find("does not have this number"),
              std::string::npos)
        << text;
}

} // namespace
} // namespace landfall::runtime
