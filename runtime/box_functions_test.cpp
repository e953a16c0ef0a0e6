//===- box_functions_test.cpp ---------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/box_functions.h"
#include "runtime/package_for_test.h"

namespace landfall::runtime {
namespace {

using Values = std::vector<HostValue>;

Result<HostValue> apply_to(BoxFunction function, const Values &arguments,
                           const std::vector<uint32_t> &extra = {}) {
  std::vector<const HostValue *> pointers;
  for (const HostValue &argument : arguments)
    pointers.push_back(&argument);
  return apply_box_function(function, pointers, extra);
}

HostValue position(int64_t value) {
  return host_tensor<int64_t>(DType::i64, {}, {value});
}

HostValue sequence_of(const std::vector<float> &values) {
  HostSequence list;
  for (float value : values)
    list.push_back(floats({value}));
  return {list};
}

std::vector<float> flat(const Result<HostValue> &sequence) {
  std::vector<float> values;
  if (sequence.ok())
    for (const HostValue &element : std::get<HostSequence>(sequence->value))
      values.push_back(elements<float>(element)[0]);
  return values;
}

TEST(BoxFunctions, InsertCountsFromEitherEnd) {
  HostValue list = sequence_of({1, 2});
  auto insert = [&](Values more) {
    more.insert(more.begin(), {list, floats({9})});
    return apply_to(BoxFunction::sequence_insert, more);
  };
  EXPECT_EQ(flat(insert({})), (std::vector<float>{1, 2, 9}));
  EXPECT_EQ(flat(insert({position(0)})), (std::vector<float>{9, 1, 2}));
  EXPECT_EQ(flat(insert({position(2)})), (std::vector<float>{1, 2, 9}));
  EXPECT_EQ(flat(insert({position(-1)})), (std::vector<float>{1, 9, 2}));
  EXPECT_EQ(insert({position(3)}).error().code, ErrorCode::run_failed);
  EXPECT_EQ(insert({position(-3)}).error().code, ErrorCode::run_failed);
}

TEST(BoxFunctions, PushChangesTheSequenceItself) {
  HostValue list = sequence_of({1, 2}), first = position(0), far = position(9);
  EXPECT_TRUE(push(list, floats({3}), nullptr).ok());
  EXPECT_TRUE(push(list, floats({0}), &first).ok());
  EXPECT_EQ(flat(list), (std::vector<float>{0, 1, 2, 3}));
  EXPECT_EQ(push(list, floats({4}), &far).error().code, ErrorCode::run_failed);
  HostValue tensor = floats({1});
  EXPECT_EQ(push(tensor, tensor, nullptr).error().code, ErrorCode::internal);
}

TEST(BoxFunctions, AtAndErase) {
  HostValue list = sequence_of({1, 2, 3});
  auto last = apply_to(BoxFunction::sequence_at, {list, position(-1)});
  ASSERT_TRUE(last.ok());
  EXPECT_EQ(elements<float>(*last)[0], 3);
  EXPECT_FALSE(apply_to(BoxFunction::sequence_at, {list, position(3)}).ok());
  EXPECT_EQ(flat(apply_to(BoxFunction::sequence_erase, {list})),
            (std::vector<float>{1, 2}));
  EXPECT_EQ(flat(apply_to(BoxFunction::sequence_erase, {list, position(0)})),
            (std::vector<float>{2, 3}));
  EXPECT_FALSE(apply_to(BoxFunction::sequence_erase, {sequence_of({})}).ok());
}

TEST(BoxFunctions, Optionals) {
  auto none = apply_to(BoxFunction::optional_empty, {});
  ASSERT_TRUE(none.ok());
  auto has = [](const HostValue &value) {
    return elements<uint8_t>(*apply_to(BoxFunction::optional_has, {value}))[0];
  };
  EXPECT_EQ(has(*none), 0);
  EXPECT_EQ(has(sequence_of({})), 1);
  EXPECT_EQ(apply_to(BoxFunction::optional_get, {*none}).error().code,
            ErrorCode::run_failed);
  EXPECT_TRUE(apply_to(BoxFunction::optional_get, {floats({1})}).ok());
}

TEST(BoxFunctions, StacksEqualTensors) {
  uint32_t f32 = uint32_t(DType::f32);
  auto joined =
      apply_to(BoxFunction::sequence_stack, {sequence_of({4, 5})}, {f32, 1});
  ASSERT_TRUE(joined.ok());
  auto &tensor = std::get<HostTensor>(joined->value);
  EXPECT_EQ(tensor.dims, (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(elements<float>(*joined), (std::vector<float>{4, 5}));
  auto empty =
      apply_to(BoxFunction::sequence_stack, {sequence_of({})}, {f32, 3, 2});
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(std::get<HostTensor>(empty->value).dims,
            (std::vector<int64_t>{0, 3, 2}));
  HostValue uneven{HostSequence{floats({1}), floats({1, 2})}};
  EXPECT_EQ(apply_to(BoxFunction::sequence_stack, {uneven}, {f32}).error().code,
            ErrorCode::run_failed);
}

TEST(BoxFunctions, ZipMapMakesAMapARow) {
  HostValue scores = host_tensor<float>(DType::f32, {2, 2}, {1, 2, 3, 4});
  auto named = apply_to(BoxFunction::zip_map, {scores},
                        {1, 3, 'c' | 'a' << 8 | 't' << 16, 5,
                         'h' | 'o' << 8 | 'r' << 16 | 's' << 24, 'e'});
  ASSERT_TRUE(named.ok());
  auto &rows = std::get<HostSequence>(named->value);
  ASSERT_EQ(rows.size(), 2u);
  auto &second = std::get<HostMap>(rows[1].value);
  EXPECT_EQ(std::get<std::string>(second.entries[1].first), "horse");
  EXPECT_EQ(elements<float>({second.entries[1].second})[0], 4);
  auto numbered = apply_to(BoxFunction::zip_map, {scores}, {0, 7, 0, 5, 1});
  ASSERT_TRUE(numbered.ok());
  auto &first =
      std::get<HostMap>(std::get<HostSequence>(numbered->value)[0].value);
  EXPECT_EQ(std::get<int64_t>(first.entries[1].first), (int64_t(1) << 32) + 5);
  EXPECT_FALSE(apply_to(BoxFunction::zip_map, {scores}, {1, 9, 0}).ok());
}

TEST(BoxFunctions, RefusesWrongKinds) {
  for (int f = 0; f < box_function_count(); ++f) {
    auto function = static_cast<BoxFunction>(f);
    (void)apply_to(function, {});
    (void)apply_to(function, {HostValue{}, HostValue{}, HostValue{}});
    (void)apply_to(function, {HostValue{HostMap{}}, sequence_of({1})}, {99});
  }
  EXPECT_FALSE(
      apply_to(BoxFunction::sequence_at, {floats({1}), position(0)}).ok());
}

} // namespace
} // namespace landfall::runtime
