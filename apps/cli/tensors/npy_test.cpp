//===- npy_test.cpp -------------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/npy.h"
#include "apps/cli/tensors/npy_header.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace landfall::cli {
namespace {

std::vector<uint8_t> joined(const NpyParts &parts) {
  std::vector<uint8_t> file;
  for (const Bytes &part : parts)
    file.insert(file.end(), part.data.begin(), part.data.end());
  return file;
}

/// A version 1 file with this dictionary and these bytes.
std::vector<uint8_t> file_with(const std::string &dictionary,
                               const std::vector<uint8_t> &data) {
  std::vector<uint8_t> file = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  file.push_back(uint8_t(dictionary.size()));
  file.push_back(uint8_t(dictionary.size() >> 8));
  file.insert(file.end(), dictionary.begin(), dictionary.end());
  file.insert(file.end(), data.begin(), data.end());
  return file;
}

std::string failure_of(std::vector<uint8_t> file,
                       std::optional<DType> expected = std::nullopt) {
  auto tensor = parse_npy(share_bytes(std::move(file)), "x.npy", expected);
  if (tensor)
    return "";
  EXPECT_EQ(tensor.error().code, ErrorCode::invalid_argument);
  return tensor.error().message;
}

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

Tensor counting(DType type, std::vector<int64_t> dims) {
  Tensor tensor = make_tensor(type, std::move(dims));
  auto *data = const_cast<uint8_t *>(tensor.bytes.data.data());
  for (size_t i = 0; i < tensor.bytes.data.size(); ++i)
    data[i] = uint8_t(type == DType::boolean ? i % 2 : i % 4);
  return tensor;
}

TEST(Npy, EveryTypeSurvives) {
  for (int number = 0; number < dtype_count(); ++number) {
    auto type = static_cast<DType>(number);
    if (type == DType::string)
      continue;
    // int2 has no 2 and 3.
    Tensor before =
        type == DType::i2 ? make_tensor(type, {2, 3}) : counting(type, {2, 3});
    auto after = parse_npy(share_bytes(joined(encode_npy(before))), "x", type);
    ASSERT_TRUE(after) << name(type) << ": " << after.error().message;
    EXPECT_EQ(after->dtype, type);
    EXPECT_EQ(after->dims, before.dims);
    EXPECT_TRUE(std::ranges::equal(after->bytes.data, before.bytes.data))
        << name(type);
  }
}

TEST(Npy, ElementsBeginOnA64thByte) {
  NpyParts parts = encode_npy(counting(DType::f32, {1}));
  EXPECT_EQ(parts[0].data.size() % 64, 0u);
  EXPECT_EQ(parts[0].data.back(), '\n');
}

TEST(Npy, ShapesOfFewDimensions) {
  EXPECT_TRUE(contains(npy_header_text({"<f4", false, {}}), "'shape': ()"));
  EXPECT_TRUE(contains(npy_header_text({"<f4", false, {3}}), "(3,)"));
  EXPECT_TRUE(contains(npy_header_text({"<f4", false, {3, 0}}), "(3, 0)"));
  auto scalar = parse_npy_header(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (), }");
  ASSERT_TRUE(scalar);
  EXPECT_TRUE(scalar->dims.empty());
}

TEST(Npy, TextSurvives) {
  Tensor before = make_tensor(DType::string, {3});
  before.strings = {"", "h\xc3\xa9llo", "\xf0\x9f\x98\x80"};
  auto after = parse_npy(share_bytes(joined(encode_npy(before))), "x");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->strings, before.strings);
}

TEST(Npy, BadTextIsReplaced) {
  Tensor before = make_tensor(DType::string, {1});
  before.strings = {"a\xff"};
  auto after = parse_npy(share_bytes(joined(encode_npy(before))), "x");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->strings[0], "a\xef\xbf\xbd");
}

TEST(Npy, RawBytesAreNoText) {
  auto tensor =
      parse_npy(share_bytes(file_with(
                    "{'descr': '|V8', 'fortran_order': False, 'shape': (1,), }",
                    {0, 1, 2, 3, 4, 5, 6, 7})),
                "x", DType::string);
  ASSERT_FALSE(tensor);
  EXPECT_NE(tensor.error().message.find("which are not string"),
            std::string::npos);
}

TEST(Npy, ColumnsFirstBecomeRowsFirst) {
  auto tensor = parse_npy(
      share_bytes(file_with(
          "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }",
          {0, 3, 1, 4, 2, 5})),
      "x");
  ASSERT_TRUE(tensor);
  EXPECT_TRUE(std::ranges::equal(tensor->bytes.data,
                                 std::vector<uint8_t>{0, 1, 2, 3, 4, 5}));
}

TEST(Npy, BoolsBecomeZeroOrOne) {
  auto tensor =
      parse_npy(share_bytes(file_with(
                    "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }",
                    {0, 1, 7})),
                "x");
  ASSERT_TRUE(tensor);
  EXPECT_TRUE(
      std::ranges::equal(tensor->bytes.data, std::vector<uint8_t>{0, 1, 1}));
}

TEST(Npy, AnyPrefixIsRefused) {
  std::vector<uint8_t> whole = joined(encode_npy(counting(DType::f32, {2, 3})));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(failure_of({whole.begin(), whole.begin() + long(size)}), "")
        << size;
}

TEST(Npy, NonsenseIsRefused) {
  auto header = [](const std::string &text) {
    return failure_of(file_with(text, {}));
  };
  EXPECT_TRUE(contains(failure_of({'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0}),
                       "not a .npy"));
  EXPECT_TRUE(contains(header("{}"), "does not describe"));
  EXPECT_TRUE(contains(header("{'descr': [('a', '<f4')], 'fortran_order': "
                              "False, 'shape': (1,)}"),
                       "structured"));
  EXPECT_TRUE(
      contains(header("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"),
               "Python objects"));
  EXPECT_TRUE(contains(
      header("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}"),
      "big-endian"));
  EXPECT_TRUE(contains(
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"),
      "does not describe"));
  EXPECT_TRUE(contains(header("{'descr': '<f4', 'fortran_order': False, "
                              "'shape': (4294967296, 4294967296)}"),
                       "truncated"));
  // A short file must not need gigabytes.
  EXPECT_TRUE(contains(header("{'descr': '<U0', 'fortran_order': False, "
                              "'shape': (26666666, 3)}"),
                       "empty texts"));
  EXPECT_TRUE(
      contains(header("{'descr': '<M8', 'fortran_order': False, 'shape': ()}"),
               "not one that can be read"));
  EXPECT_TRUE(
      contains(header("{'descr': '<V2', 'fortran_order': False, 'shape': ()}"),
               "raw bytes"));
}

} // namespace
} // namespace landfall::cli
