//===- proto_tree.cpp - Any protobuf message as a tree --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "test/fuzz/proto_tree.h"

#include <protozero/pbf_writer.hpp>

#include <cstring>

namespace landfall::fuzz {

namespace {

using Wire = protozero::pbf_wire_type;

/// Above the importer's own limit, so that this is exceeded too.
constexpr int depth_limit = 120;

/// Reads without exceptions: most bytes are no message, and throwing is slow.
class Decoder {
public:
  explicit Decoder(std::span<const uint8_t> bytes) : rest_(bytes) {}

  bool at_end() const { return rest_.empty(); }

  bool varint(uint64_t &value) {
    value = 0;
    for (size_t k = 0; k < 10 && k < rest_.size(); ++k) {
      value |= uint64_t(rest_[k] & 0x7f) << 7 * k;
      if (rest_[k] < 0x80) {
        rest_ = rest_.subspan(k + 1);
        return true;
      }
    }
    return false;
  }

  bool fixed(uint64_t &value, size_t bytes) {
    std::span<const uint8_t> taken;
    if (!take(taken, bytes))
      return false;
    std::memcpy(&value, taken.data(), bytes);
    return true;
  }

  bool take(std::span<const uint8_t> &taken, uint64_t count) {
    if (count > rest_.size())
      return false;
    taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return true;
  }

private:
  std::span<const uint8_t> rest_;
};

bool read_delimited(Decoder &in, ProtoField &field, int depth) {
  uint64_t count = 0;
  std::span<const uint8_t> bytes;
  if (!in.varint(count) || !in.take(bytes, count))
    return false;
  field.is_message = !bytes.empty() && decode(bytes, field.fields, depth + 1);
  if (!field.is_message) {
    field.bytes.assign(bytes.begin(), bytes.end());
    field.fields.clear();
  }
  return true;
}

/// Without those that the format reserves for itself.
bool is_field_number(uint64_t number) {
  return number >= 1 && number < 1 << 28 &&
         (number < 19'000 || number >= 20'000);
}

bool read_field(Decoder &in, ProtoField &field, int depth) {
  uint64_t key = 0;
  if (!in.varint(key) || !is_field_number(key >> 3))
    return false;
  field.number = static_cast<uint32_t>(key >> 3);
  field.wire = static_cast<uint32_t>(key & 7);
  switch (static_cast<Wire>(field.wire)) {
  case Wire::varint:
    return in.varint(field.value);
  case Wire::fixed64:
    return in.fixed(field.value, 8);
  case Wire::fixed32:
    return in.fixed(field.value, 4);
  case Wire::length_delimited:
    return read_delimited(in, field, depth);
  default:
    return false;
  }
}

} // namespace

bool decode(std::span<const uint8_t> bytes, ProtoFields &fields, int depth) {
  if (depth > depth_limit)
    return false;
  Decoder in(bytes);
  while (!in.at_end())
    if (!read_field(in, fields.emplace_back(), depth))
      return false;
  return true;
}

void encode(const ProtoFields &fields, Bytes &bytes) {
  std::string text;
  protozero::pbf_writer out(text);
  for (const ProtoField &field : fields) {
    Bytes inner = field.bytes;
    if (field.is_message)
      encode(field.fields, inner);
    switch (static_cast<Wire>(field.wire)) {
    case Wire::varint:
      out.add_uint64(field.number, field.value);
      break;
    case Wire::fixed64:
      out.add_fixed64(field.number, field.value);
      break;
    case Wire::fixed32:
      out.add_fixed32(field.number, static_cast<uint32_t>(field.value));
      break;
    default:
      out.add_bytes(field.number, reinterpret_cast<const char *>(inner.data()),
                    inner.size());
    }
  }
  bytes.insert(bytes.end(), text.begin(), text.end());
}

} // namespace landfall::fuzz
