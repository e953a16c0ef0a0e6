//===- zip_read.cpp - Reading files within a .zip -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/zip_archive.h"
#include "apps/cli/tensors/zip_layout.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <zlib.h>

namespace landfall::cli {

namespace {

using Span = std::span<const uint8_t>;

Error invalid(const std::string &place, const std::string &what) {
  return {ErrorCode::invalid_argument, fmt::format("'{}' {}", place, what)};
}

/// A little-endian field, or zero where the bytes end before it.
uint64_t field(Span bytes, size_t offset, size_t width) {
  uint64_t value = 0;
  if (offset > bytes.size() || bytes.size() - offset < width)
    return 0;
  for (size_t i = 0; i < width; ++i)
    value |= uint64_t(bytes[offset + i]) << 8 * i;
  return value;
}

/// The record that ends the file: last, but for a comment of up to 64 KiB.
std::optional<size_t> find_end_record(Span file) {
  if (file.size() < zip::end_bytes)
    return std::nullopt;
  size_t last = file.size() - zip::end_bytes;
  size_t first = last > 65535 ? last - 65535 : 0;
  for (size_t at = last + 1; at-- > first;)
    if (field(file, at, 4) == zip::end_mark)
      return at;
  return std::nullopt;
}

struct Directory {
  uint64_t offset = 0;
  uint64_t count = 0;
};

Directory find_directory(Span file, size_t end) {
  Directory directory{field(file, end + 16, 4), field(file, end + 10, 2)};
  bool is_long = directory.offset == 0xffffffff || directory.count == 0xffff;
  if (!is_long || end < zip::locator_bytes ||
      field(file, end - zip::locator_bytes, 4) != zip::locator_mark)
    return directory;
  uint64_t record = field(file, end - zip::locator_bytes + 8, 8);
  if (field(file, record, 4) != zip::long_end_mark)
    return directory;
  return {field(file, record + 48, 8), field(file, record + 32, 8)};
}

/// Replaces the 32-bit fields that overflowed by those of the zip64 block.
void apply_long_fields(ZipMember &member, Span extra) {
  while (extra.size() >= 4) {
    uint64_t kind = field(extra, 0, 2), length = field(extra, 2, 2);
    Span block = extra.subspan(4, std::min<size_t>(length, extra.size() - 4));
    extra = extra.subspan(4 + block.size());
    if (kind != zip::long_fields)
      continue;
    size_t at = 0;
    for (uint64_t *slot :
         {&member.size, &member.stored_size, &member.header_offset})
      if (*slot == 0xffffffff) {
        *slot = field(block, at, 8);
        at += 8;
      }
  }
}

Result<Bytes> inflate_member(Span packed, const ZipMember &member,
                             const std::string &place) {
  // The largest ratio that deflate can reach: larger sizes are invalid.
  constexpr uint64_t best_ratio = 1032;
  if (member.size / best_ratio > packed.size())
    return invalid(place, "is damaged: its size cannot be right");
  std::vector<uint8_t> out(member.size);
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return Error{ErrorCode::out_of_memory, "zlib cannot start"};
  size_t taken = 0, made = 0;
  int status = Z_OK;
  constexpr size_t step = size_t(1) << 30; // zlib counts in 32 bits.
  while (status == Z_OK) {
    stream.next_in = const_cast<uint8_t *>(packed.data() + taken);
    stream.avail_in = uInt(std::min(step, packed.size() - taken));
    stream.next_out = out.data() + made;
    stream.avail_out = uInt(std::min(step, out.size() - made));
    uInt input = stream.avail_in, room = stream.avail_out;
    status = inflate(&stream, Z_NO_FLUSH);
    taken += input - stream.avail_in;
    made += room - stream.avail_out;
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || made != out.size())
    return invalid(place, "is damaged: it does not unpack");
  return share_bytes(std::move(out));
}

} // namespace

Result<std::vector<ZipMember>> list_zip(const Bytes &file,
                                        const std::string &place) {
  Span bytes = file.data;
  auto end = find_end_record(bytes);
  if (!end)
    return invalid(place, "is not a .npz (a zip archive), or is truncated");
  Directory directory = find_directory(bytes, *end);
  std::vector<ZipMember> members;
  uint64_t at = directory.offset;
  for (uint64_t i = 0; i < directory.count; ++i) {
    if (field(bytes, at, 4) != zip::entry_mark)
      return invalid(place, "is damaged: its table of contents is broken");
    ZipMember member;
    member.method = uint16_t(field(bytes, at + 10, 2));
    member.crc = uint32_t(field(bytes, at + 16, 4));
    member.stored_size = field(bytes, at + 20, 4);
    member.size = field(bytes, at + 24, 4);
    member.header_offset = field(bytes, at + 42, 4);
    uint64_t name = field(bytes, at + 28, 2), extra = field(bytes, at + 30, 2),
             comment = field(bytes, at + 32, 2);
    at += zip::entry_bytes;
    if (at > bytes.size() || bytes.size() - at < name + extra + comment)
      return invalid(place, "is damaged: its table of contents is cut off");
    member.name.assign(reinterpret_cast<const char *>(bytes.data()) + at, name);
    apply_long_fields(member, bytes.subspan(at + name, extra));
    at += name + extra + comment;
    members.push_back(std::move(member));
  }
  return members;
}

Result<Bytes> read_zip_member(const Bytes &file, const ZipMember &member,
                              const std::string &place) {
  Span bytes = file.data;
  uint64_t at = member.header_offset;
  if (field(bytes, at, 4) != zip::member_mark)
    return invalid(place, "is damaged: its header is missing");
  uint64_t skip =
      zip::member_bytes + field(bytes, at + 26, 2) + field(bytes, at + 28, 2);
  if (bytes.size() - at < skip || bytes.size() - at - skip < member.stored_size)
    return invalid(place, "is truncated");
  Bytes packed{file.owner, bytes.subspan(at + skip, member.stored_size)};
  if (member.method != 0 && member.method != Z_DEFLATED)
    return invalid(place, fmt::format("is compressed by method {}; stored and "
                                      "deflated members can be read",
                                      member.method));
  if (member.method == 0 && member.size != member.stored_size)
    return invalid(place, "is damaged: its sizes differ");
  Bytes contents = packed;
  if (member.method == Z_DEFLATED)
    contents = TRY(inflate_member(packed.data, member, place));
  if (crc32_z(0, contents.data.data(), contents.data.size()) != member.crc &&
      !contents.data.empty())
    return invalid(place, "is damaged: its checksum is wrong");
  return contents;
}

} // namespace landfall::cli
