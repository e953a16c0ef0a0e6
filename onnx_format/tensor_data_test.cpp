//===- tensor_data_test.cpp -----------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/tensor_data.h"

#include "onnx_format/model_writer_for_test.h"
#include "onnx_format/proto_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace landfall::onnx {
namespace {

using namespace test;

/// A TensorProto with one typed data field, packed or not.
struct TensorBytes {
  Message bytes;
  protozero::pbf_writer out{bytes};

  TensorBytes(DType type, const std::vector<int64_t> &dims) {
    out.add_packed_int64(1, dims.begin(), dims.end());
    out.add_int32(2, info(type).onnx);
    out.add_string(8, "t");
  }
};

Result<ConstantData> decode(const Message &bytes) {
  auto owner =
      std::make_shared<std::vector<uint8_t>>(bytes.begin(), bytes.end());
  ModelStore store(owner, "");
  TensorProto proto = TRY(read_tensor(*owner, "t.pb"));
  return tensor_data(proto, store);
}

template <typename T> std::vector<T> elements(const ConstantData &data) {
  std::vector<T> result(data.bytes.data.size() / sizeof(T));
  std::memcpy(result.data(), data.bytes.data.data(), data.bytes.data.size());
  return result;
}

TEST(TensorDataTest, TypedFieldsPackedAndNot) {
  TensorBytes floats(DType::f32, {3});
  std::vector<float> packed{1, 2};
  floats.out.add_packed_float(4, packed.begin(), packed.end());
  floats.out.add_float(4, 3);
  EXPECT_EQ(elements<float>(*decode(floats.bytes)),
            (std::vector<float>{1, 2, 3}));

  TensorBytes ints(DType::i64, {2});
  ints.out.add_int64(7, -5);
  ints.out.add_int64(7, INT64_MAX);
  EXPECT_EQ(elements<int64_t>(*decode(ints.bytes)),
            (std::vector<int64_t>{-5, INT64_MAX}));

  TensorBytes halves(DType::f16, {2});
  std::vector<int32_t> bits{0x3c00, 0xc000};
  halves.out.add_packed_int32(5, bits.begin(), bits.end());
  EXPECT_EQ(elements<uint16_t>(*decode(halves.bytes)),
            (std::vector<uint16_t>{0x3c00, 0xc000}));
  TensorBytes unsigneds(DType::u32, {1});
  unsigneds.out.add_uint64(11, 0xffffffffu);
  EXPECT_EQ(elements<uint32_t>(*decode(unsigneds.bytes)),
            std::vector<uint32_t>{0xffffffffu});
}

TEST(TensorDataTest, SubByteElementsAreUnpackedFromTheLowBits) {
  auto raw = [](DType type, int64_t count, const std::string &data) {
    return decode(tensor("t", info(type).onnx, {count}, data));
  };
  EXPECT_EQ(elements<int8_t>(*raw(DType::i4, 3, "\x8f\x07")),
            (std::vector<int8_t>{-1, -8, 7}));
  EXPECT_EQ(elements<uint8_t>(*raw(DType::u4, 3, "\x8f\x07")),
            (std::vector<uint8_t>{15, 8, 7}));
  EXPECT_EQ(elements<int8_t>(*raw(DType::i2, 5, "\xe4\x02")),
            (std::vector<int8_t>{0, 1, -2, -1, -2}));
  TensorBytes packed(DType::i4, {3});
  packed.out.add_int32(5, 0x8f);
  packed.out.add_int32(5, 0x07);
  EXPECT_EQ(elements<int8_t>(*decode(packed.bytes)),
            (std::vector<int8_t>{-1, -8, 7}));
}

TEST(TensorDataTest, SizesMustAgree) {
  for (const auto &dims : std::vector<std::vector<int64_t>>{
           {3}, {-1}, {1, 1}, {INT64_MAX, INT64_MAX}, {0}}) {
    auto result = decode(tensor("w", float_type, dims, "12345678"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_model);
    EXPECT_NE(result.error().message.find("tensor 'w'"), std::string::npos);
  }
  EXPECT_TRUE(decode(tensor("w", float_type, {INT64_MAX, 0}, "")));
  EXPECT_FALSE(decode(tensor("w", 99, {1}, "1")));
  EXPECT_EQ(elements<uint8_t>(*decode(tensor("b", bool_type, {2}, "\2\1"))),
            (std::vector<uint8_t>{1, 1}));
}

TEST(TensorDataTest, SparseTensorsBecomeDense) {
  SparseTensorProto sparse;
  int64_t indices[] = {0, 1, 1, 2};
  float values[] = {5, 7};
  auto view = [](const auto &array) {
    return Span(reinterpret_cast<const uint8_t *>(array), sizeof(array));
  };
  sparse.values.data_type = float_type;
  sparse.values.dims = {2};
  sparse.values.raw_data = view(values);
  sparse.indices.data_type = int64_type;
  sparse.indices.dims = {2, 2};
  sparse.indices.raw_data = view(indices);
  sparse.dims = {2, 3};
  ModelStore store(nullptr, "");
  EXPECT_EQ(elements<float>(*dense_data(sparse, store)),
            (std::vector<float>{0, 5, 0, 0, 0, 7}));
  indices[3] = 3;
  EXPECT_FALSE(dense_data(sparse, store));
}

struct ExternalDataTest : testing::Test {
  std::filesystem::path directory =
      std::filesystem::path(testing::TempDir()) / "external_data_test";

  void SetUp() override {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory / "model");
    for (const char *name : {"outside.bin", "model/data.bin"})
      std::ofstream(directory / name) << "01234567";
    std::filesystem::create_symlink("../outside.bin",
                                    directory / "model/link.bin");
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  Result<ConstantData> load(const std::string &location,
                            const std::string &offset = "4",
                            const std::string &length = "4") {
    TensorProto proto;
    proto.name = "w";
    proto.data_type = float_type;
    proto.dims = {1};
    proto.location = TensorProto::Location::external;
    proto.external_data = {
        {"location", location}, {"offset", offset}, {"length", length}};
    ModelStore store(nullptr, (directory / "model").string());
    return tensor_data(proto, store);
  }
};

TEST_F(ExternalDataTest, ReadsRangesOfFilesBesideTheModel) {
  auto data = load("data.bin");
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(std::string(data->bytes.data.begin(), data->bytes.data.end()),
            "4567");
}

TEST_F(ExternalDataTest, RefusesOtherPlacesAndBadRanges) {
  for (const char *place : {"../outside.bin", "link.bin", "/etc/hostname",
                            "missing.bin", "", ".", "model/../../outside.bin"})
    EXPECT_FALSE(load(place)) << place;
  EXPECT_FALSE(load("data.bin", "5"));
  EXPECT_FALSE(load("data.bin", "18446744073709551615"));
  EXPECT_FALSE(load("data.bin", "0", "18446744073709551615"));
  EXPECT_FALSE(load("data.bin", "0", "8"));
  EXPECT_FALSE(load("data.bin", "x"));
}

} // namespace
} // namespace landfall::onnx
