//===- zip_write.cpp - Writing files into a .zip --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Every size and offset is written in its zip64 form, so that there is one way
// only, whatever the size.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/zip_archive.h"
#include "apps/cli/tensors/zip_layout.h"
#include "base/file.h"

#include <zlib.h>

namespace landfall::cli {

namespace {

constexpr uint16_t version_needed = 45; // 4.5: zip64.
constexpr uint16_t utf8_names = 1 << 11;
constexpr uint16_t first_of_1980 = 1 << 5 | 1; // Equal contents, equal files.
constexpr uint32_t see_long_fields = 0xffffffff;

class Record {
public:
  Record &add(uint64_t value, size_t width) {
    for (size_t i = 0; i < width; ++i)
      bytes_.push_back(uint8_t(value >> 8 * i));
    return *this;
  }
  Record &add(const std::string &text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  size_t size() const { return bytes_.size(); }
  Bytes take() { return share_bytes(std::move(bytes_)); }

private:
  std::vector<uint8_t> bytes_;
};

struct Member {
  uint32_t crc = 0;
  uint64_t size = 0;
  uint64_t offset = 0;
};

/// The fields that the member's header and its directory entry share.
void add_common(Record &record, const Member &member, const std::string &name,
                uint16_t extra_bytes) {
  record.add(version_needed, 2).add(utf8_names, 2).add(0, 2).add(0, 2);
  record.add(first_of_1980, 2).add(member.crc, 4);
  record.add(see_long_fields, 4).add(see_long_fields, 4);
  record.add(name.size(), 2).add(extra_bytes, 2);
}

Record member_header(const Member &member, const std::string &name) {
  Record record;
  record.add(zip::member_mark, 4);
  add_common(record, member, name, 20);
  record.add(name).add(zip::long_fields, 2).add(16, 2);
  record.add(member.size, 8).add(member.size, 8);
  return record;
}

void add_entry(Record &record, const Member &member, const std::string &name) {
  record.add(zip::entry_mark, 4).add(version_needed, 2);
  add_common(record, member, name, 28);
  record.add(0, 2).add(0, 2).add(0, 2).add(0, 4).add(see_long_fields, 4);
  record.add(name).add(zip::long_fields, 2).add(24, 2);
  record.add(member.size, 8).add(member.size, 8).add(member.offset, 8);
}

void add_end(Record &record, size_t count, uint64_t directory) {
  uint64_t size = record.size(), end = directory + size;
  record.add(zip::long_end_mark, 4).add(44, 8);
  record.add(version_needed, 2).add(version_needed, 2).add(0, 4).add(0, 4);
  record.add(count, 8).add(count, 8).add(size, 8).add(directory, 8);
  record.add(zip::locator_mark, 4).add(0, 4).add(end, 8).add(1, 4);
  record.add(zip::end_mark, 4).add(0, 2).add(0, 2);
  record.add(0xffff, 2).add(0xffff, 2);
  record.add(see_long_fields, 4).add(see_long_fields, 4).add(0, 2);
}

Member describe(const ZipContent &content, uint64_t offset) {
  Member member{0, 0, offset};
  uLong crc = 0;
  for (const Bytes &part : content.parts)
    if (!part.data.empty()) {
      crc = crc32_z(crc, part.data.data(), part.data.size());
      member.size += part.data.size();
    }
  member.crc = uint32_t(crc);
  return member;
}

} // namespace

Status write_zip(const std::string &path,
                 const std::vector<ZipContent> &contents) {
  std::vector<Bytes> parts;
  Record directory;
  uint64_t offset = 0;
  for (const ZipContent &content : contents) {
    if (content.name.size() > 65535)
      return Error{ErrorCode::invalid_argument,
                   "the name '" + content.name.substr(0, 60) +
                       "...' is too long for an archive"};
    Member member = describe(content, offset);
    Record header = member_header(member, content.name);
    offset += header.size() + member.size;
    parts.push_back(header.take());
    parts.insert(parts.end(), content.parts.begin(), content.parts.end());
    add_entry(directory, member, content.name);
  }
  add_end(directory, contents.size(), offset);
  parts.push_back(directory.take());
  std::vector<std::span<const uint8_t>> spans;
  for (const Bytes &part : parts)
    spans.push_back(part.data);
  return write_file(path, spans);
}

} // namespace landfall::cli
