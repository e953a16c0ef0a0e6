//===- byte_stream.cpp - Little-endian fields in bytes --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/byte_stream.h"

#include <bit>
#include <cstring>

namespace landfall {

static_assert(std::endian::native == std::endian::little,
              "fields are copied as they lie in memory");

namespace {

template <typename T> std::span<const uint8_t> bytes_of(const T &value) {
  return {reinterpret_cast<const uint8_t *>(&value), sizeof value};
}

template <typename T> T value_of(std::span<const uint8_t> bytes) {
  T value = 0;
  if (bytes.size() == sizeof value)
    std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

} // namespace

void ByteWriter::u32(uint32_t value) { raw(bytes_of(value)); }

void ByteWriter::u64(uint64_t value) { raw(bytes_of(value)); }

void ByteWriter::varint(uint64_t value) {
  while (value >= 128) {
    u8(uint8_t(value | 128));
    value >>= 7;
  }
  u8(uint8_t(value));
}

void ByteWriter::signed_varint(int64_t value) {
  varint((uint64_t(value) << 1) ^ uint64_t(value >> 63));
}

void ByteWriter::string(std::string_view text) {
  varint(text.size());
  raw({reinterpret_cast<const uint8_t *>(text.data()), text.size()});
}

void ByteWriter::raw(std::span<const uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void ByteWriter::align(size_t alignment) {
  bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
}

std::span<const uint8_t> ByteReader::raw(size_t size) {
  if (size > remaining()) {
    fail();
    return {};
  }
  std::span<const uint8_t> result = bytes_.subspan(position_, size);
  position_ += size;
  return result;
}

uint32_t ByteReader::u32() { return value_of<uint32_t>(raw(4)); }

uint64_t ByteReader::u64() { return value_of<uint64_t>(raw(8)); }

uint64_t ByteReader::long_varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    uint8_t byte = u8();
    uint64_t part = uint64_t(byte & 127) << shift;
    if (part >> shift != (byte & 127))
      break;
    value |= part;
    if (!(byte & 128))
      return value;
  }
  fail();
  return 0;
}

int64_t ByteReader::signed_varint() {
  uint64_t value = varint();
  return int64_t((value >> 1) ^ (~(value & 1) + 1));
}

uint32_t ByteReader::varint32() {
  uint64_t value = varint();
  if (value <= UINT32_MAX)
    return uint32_t(value);
  fail();
  return 0;
}

size_t ByteReader::count(size_t bytes_each) {
  uint64_t value = varint();
  if (value <= remaining() / bytes_each)
    return size_t(value);
  fail();
  return 0;
}

std::string ByteReader::string() {
  std::span<const uint8_t> text = raw(count());
  return {reinterpret_cast<const char *>(text.data()), text.size()};
}

} // namespace landfall
