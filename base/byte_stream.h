//===- byte_stream.h - Little-endian fields in bytes -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Little-endian serialisation. The reader never reads outside its bytes: after
// the first field that does not fit or is out of range it returns zeros, and
// `ok()` is false. Callers read everything and then check `ok()` once.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall {

class ByteWriter {
public:
  void u8(uint8_t value) { bytes_.push_back(value); }
  void u32(uint32_t value);
  void u64(uint64_t value);
  /// LEB128: 7 bits per byte, low bits first; the top bit means that more
  /// follow.
  void varint(uint64_t value);
  /// Zigzag encoding, then varint: short for small magnitudes of either sign.
  void signed_varint(int64_t value);
  void string(std::string_view text);
  void raw(std::span<const uint8_t> bytes);
  /// Appends zeros up to a multiple of `alignment`.
  void align(size_t alignment);

  size_t size() const { return bytes_.size(); }
  std::vector<uint8_t> take() { return std::move(bytes_); }

private:
  std::vector<uint8_t> bytes_;
};

class ByteReader {
public:
  explicit ByteReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint8_t u8() {
    if (position_ < bytes_.size())
      return bytes_[position_++];
    fail();
    return 0;
  }
  uint32_t u32();
  uint64_t u64();
  uint64_t varint() {
    // Nearly all are below 128.
    if (position_ < bytes_.size() && bytes_[position_] < 128)
      return bytes_[position_++];
    return long_varint();
  }
  int64_t signed_varint();
  /// A varint that must fit 32 bits.
  uint32_t varint32();
  /// The number of items that follow, each at least `bytes_each` long. Fails if
  /// the remaining bytes are too few, so that callers may allocate by it.
  size_t count(size_t bytes_each = 1);
  std::string string();
  std::span<const uint8_t> raw(size_t size);
  /// An enumerator below `limit`.
  template <typename Enum> Enum enumerator(int limit) {
    uint8_t value = u8();
    if (value < limit)
      return Enum(value);
    fail();
    return Enum(0);
  }
  bool boolean() { return enumerator<uint8_t>(2) != 0; }

  void fail() {
    failed_ = true;
    position_ = bytes_.size();
  }
  bool ok() const { return !failed_; }
  bool at_end() const { return position_ == bytes_.size(); }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }

private:
  uint64_t long_varint();

  std::span<const uint8_t> bytes_;
  size_t position_ = 0;
  bool failed_ = false;
};

} // namespace landfall
