//===- byte_stream_test.cpp - Round trips and refusals --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/byte_stream.h"
#include "base/hash.h"

#include <gtest/gtest.h>

namespace landfall {
namespace {

const uint64_t values[] = {0, 1, 127, 128, 16384, UINT32_MAX, UINT64_MAX};

TEST(ByteStream, ReadsWhatItWrote) {
  ByteWriter writer;
  for (uint64_t value : values) {
    writer.varint(value);
    writer.signed_varint(int64_t(value));
    writer.signed_varint(-int64_t(value));
    writer.u64(value);
  }
  writer.string("two words");
  writer.align(16);
  EXPECT_EQ(writer.size() % 16, 0u);
  std::vector<uint8_t> bytes = writer.take();
  ByteReader reader(bytes);
  for (uint64_t value : values) {
    EXPECT_EQ(reader.varint(), value);
    EXPECT_EQ(reader.signed_varint(), int64_t(value));
    EXPECT_EQ(reader.signed_varint(), int64_t(0 - value));
    EXPECT_EQ(reader.u64(), value);
  }
  EXPECT_EQ(reader.string(), "two words");
  EXPECT_TRUE(reader.ok());
}

TEST(ByteStream, FailsForGoodAtTheEnd) {
  uint8_t bytes[] = {5, 'a', 'b'};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.string(), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_TRUE(reader.at_end());
}

TEST(ByteStream, RefusesOverlongNumbersAndCounts) {
  uint8_t overlong[] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 2};
  ByteReader number(overlong);
  number.varint();
  EXPECT_FALSE(number.ok());
  uint8_t many[] = {3, 0, 0, 0};
  EXPECT_EQ(ByteReader(many).count(1), 3u);
  ByteReader count(many);
  count.count(2);
  EXPECT_FALSE(count.ok());
}

TEST(Hash, SeesEveryBit) {
  std::vector<uint8_t> bytes(37);
  uint64_t whole = hash_bytes(bytes);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= uint8_t(1 << bit % 8);
    EXPECT_NE(hash_bytes(bytes), whole);
    bytes[bit / 8] ^= uint8_t(1 << bit % 8);
  }
  EXPECT_NE(hash_bytes({bytes.data(), 36}), whole);
}

TEST(BulkHash, IsTheSameInPartsAndNoticesEveryBit) {
  std::vector<uint8_t> bytes(200);
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = uint8_t(i * 7);
  auto hash = [](std::span<const uint8_t> part, size_t size) {
    BulkHash hash;
    hash.add(part, size);
    return hash.finish();
  };
  uint64_t whole = hash(bytes, bytes.size());
  EXPECT_EQ(whole, 17559073806111936268u) << "packages have it";
  BulkHash parts;
  parts.add(std::span(bytes).first(64), 64);
  parts.add(std::span(bytes).subspan(64), 136);
  EXPECT_EQ(parts.finish(), whole);
  EXPECT_NE(hash(bytes, 224), whole) << "zeros at the end count";
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    bytes[i / 8] ^= uint8_t(1 << i % 8);
    EXPECT_NE(hash(bytes, bytes.size()), whole) << i;
    bytes[i / 8] ^= uint8_t(1 << i % 8);
  }
  bytes.resize(224);
  EXPECT_EQ(hash(std::span(bytes).first(200), 224), hash(bytes, 224));
}

} // namespace
} // namespace landfall
