//===- values_test.cpp - Values in C as users make them -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include <landfall/landfall.hpp>

#include <gtest/gtest.h>

namespace {

TEST(CValues, RefuseCountsThatNoArrayHas) {
  lf_value *value = nullptr;
  int64_t dim = 1;
  float element = 0;
  const lf_value *none = nullptr;
  EXPECT_EQ(lf_tensor_create(LF_FLOAT32, &dim, SIZE_MAX, &element, 4, &value,
                             nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(
      lf_tensor_create(LF_FLOAT32, nullptr, 1, &element, 4, &value, nullptr),
      LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_sequence_create(&none, SIZE_MAX, &value, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_sequence_create(nullptr, 1, &value, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(
      lf_map_create(nullptr, nullptr, &dim, &none, SIZE_MAX, &value, nullptr),
      LF_INVALID_ARGUMENT);
  EXPECT_EQ(value, nullptr);
}

TEST(CValues, SayHowMuchMemoryThereIsNot) {
  int64_t dims[] = {1 << 16, int64_t(1) << 30};
  size_t bytes = size_t(1) << 46;
  lf_value *value = nullptr;
  lf_error *error = nullptr;
  ASSERT_EQ(lf_tensor_create(LF_UINT8, dims, 2, nullptr, bytes, &value, &error),
            LF_OUT_OF_MEMORY);
  EXPECT_NE(std::string(lf_error_reason(error)).find("65536x1073741824"),
            std::string::npos)
      << lf_error_reason(error);
  lf_error_free(error);
}

TEST(CValues, Sequences) {
  std::vector<lf::Value> elements;
  elements.push_back(lf::Value::tensor<int64_t>({1}, {4}));
  elements.push_back(lf::Value::tensor<int64_t>({1}, {5}));
  lf::Value list = lf::Value::sequence(elements);
  elements.clear();
  EXPECT_EQ(list.kind(), LF_SEQUENCE);
  ASSERT_EQ(list.count(), 2u);
  EXPECT_EQ(lf_tensor_bytes(list.element(1)), 8u);
  EXPECT_EQ(list.element(2), nullptr);
  EXPECT_EQ(lf_map_text_key(list.get(), 0), nullptr);
}

TEST(CValues, MapsHaveTextsOrIntegersForKeys) {
  std::vector<lf::Value> values;
  values.push_back(lf::Value::tensor<float>({1}, {0.5f}));
  values.push_back(lf::Value::tensor<float>({1}, {0.25f}));
  using namespace std::string_literals;
  lf::Value texts = lf::Value::map({"cat"s, "a\0b"s}, values);
  EXPECT_EQ(texts.kind(), LF_MAP);
  EXPECT_STREQ(lf_map_text_key(texts.get(), 0), "cat");
  EXPECT_EQ(lf_map_text_key_size(texts.get(), 1), 3u);
  lf::Value numbers = lf::Value::map(std::vector<int64_t>{7, -1}, values);
  EXPECT_EQ(lf_map_integer_key(numbers.get(), 1), -1);
  EXPECT_EQ(lf_map_text_key(numbers.get(), 1), nullptr);
  EXPECT_EQ(*static_cast<const float *>(lf_tensor_data(numbers.element(1))),
            0.25f);
  // A sequence is no value of a map, and keys are of one kind.
  lf::Value list = lf::Value::sequence(values);
  const lf_value *wrong[] = {list.get()};
  const int64_t key = 1;
  const char *text = "x";
  lf_value *map = nullptr;
  EXPECT_EQ(lf_map_create(nullptr, nullptr, &key, wrong, 1, &map, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_map_create(&text, nullptr, &key, wrong, 1, &map, nullptr),
            LF_INVALID_ARGUMENT);
}

TEST(CValues, StringsMayHoldNul) {
  using namespace std::string_literals;
  lf::Value value = lf::Value::strings({2}, {"a\0b"s, ""s});
  EXPECT_EQ(value.string(0), "a\0b"s);
  EXPECT_EQ(lf_tensor_string_size(value.get(), 0), 3u);
  EXPECT_EQ(lf_tensor_string_size(value.get(), 9), 0u);
  const int64_t dims[] = {1};
  const char *ends_at_nul[] = {"a\0b"};
  lf_value *made = nullptr;
  ASSERT_EQ(
      lf_tensor_create_strings(dims, 1, ends_at_nul, nullptr, &made, nullptr),
      LF_OK);
  EXPECT_EQ(lf::Value(made).string(0), "a");
}

TEST(CValues, TypesBelowAByteArePackedFromTheLowBits) {
  const uint8_t nibbles[] = {0x2f, 0x08};
  lf::Value four = lf::Value::packed(LF_INT4, {3}, nibbles, sizeof nibbles);
  const auto *elements =
      static_cast<const int8_t *>(lf_tensor_data(four.get()));
  EXPECT_EQ(std::vector<int8_t>(elements, elements + 3),
            (std::vector<int8_t>{-1, 2, -8}));
  EXPECT_EQ(four.packed_bytes(), (std::vector<uint8_t>{0x2f, 0x08}));

  const uint8_t crumbs[] = {0b11'10'01'00, 0b01};
  lf::Value two = lf::Value::packed(LF_UINT2, {5}, crumbs, sizeof crumbs);
  const auto *twos = static_cast<const uint8_t *>(lf_tensor_data(two.get()));
  EXPECT_EQ(std::vector<uint8_t>(twos, twos + 5),
            (std::vector<uint8_t>{0, 1, 2, 3, 1}));
  EXPECT_EQ(two.packed_bytes(), (std::vector<uint8_t>{0b11'10'01'00, 0b01}));

  // Wider types are as they are; a count of bytes that does not fit is refused.
  lf::Value wide = lf::Value::tensor<int16_t>({1}, {258});
  EXPECT_EQ(wide.packed_bytes(), (std::vector<uint8_t>{2, 1}));
  EXPECT_THROW(lf::Value::packed(LF_INT4, {3}, nibbles, 1), lf::Error);
  uint8_t byte = 0;
  EXPECT_EQ(lf_tensor_copy_packed(wide.get(), &byte, 1, nullptr),
            LF_INVALID_ARGUMENT);
}

TEST(CValues, TypesHaveNames) {
  for (lf_dtype dtype = LF_FLOAT32; dtype <= LF_INT2; ++dtype) {
    ASSERT_NE(lf_dtype_name(dtype), nullptr) << dtype;
    EXPECT_EQ(lf_dtype_from_name(lf_dtype_name(dtype)), dtype);
  }
  EXPECT_EQ(lf_dtype_name(0), nullptr);
  EXPECT_EQ(lf_dtype_from_name("number"), 0);
  EXPECT_EQ(lf_dtype_size(LF_COMPLEX128), 16u);
  EXPECT_EQ(lf_dtype_size(LF_STRING), 0u);
}

TEST(CValues, NullIsAnErrorOrNothing) {
  lf_value *value = nullptr;
  const int64_t dims[] = {1};
  EXPECT_EQ(lf_tensor_create(LF_INT8, nullptr, 1, nullptr, 1, &value, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_tensor_create(LF_INT8, dims, 1, nullptr, 1, nullptr, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_tensor_borrow(LF_INT8, dims, 1, nullptr, 1, &value, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(
      lf_tensor_create_packed(LF_INT4, dims, 1, nullptr, 1, &value, nullptr),
      LF_INVALID_ARGUMENT);
  EXPECT_EQ(
      lf_tensor_create_strings(dims, 1, nullptr, nullptr, &value, nullptr),
      LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_sequence_create(nullptr, 1, &value, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_none_create(nullptr, nullptr), LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_value_kind(nullptr), LF_NONE);
  EXPECT_EQ(lf_tensor_dtype(nullptr), 0);
  EXPECT_EQ(lf_tensor_dims(nullptr), nullptr);
  EXPECT_EQ(lf_tensor_data(nullptr), nullptr);
  EXPECT_EQ(lf_value_count(nullptr), 0u);
  EXPECT_STREQ(lf_tensor_string(nullptr, 0), "");
  EXPECT_EQ(lf_map_integer_key(nullptr, 0), 0);
  lf_value_free(nullptr);
}

} // namespace
