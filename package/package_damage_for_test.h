//===- package_damage_for_test.h - Damage that looks intended --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests and fuzzing: without right checksums a reader looks no further.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/hash.h"
#include "package/package_layout.h"

#include <cstring>
#include <vector>

namespace landfall {

inline uint64_t read_u64(const std::vector<uint8_t> &bytes, size_t at) {
  uint64_t value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

inline void write_u64(std::vector<uint8_t> &bytes, size_t at, uint64_t value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

/// Makes the checksum of the header and of the section table right.
inline void repair_header(std::vector<uint8_t> &bytes) {
  std::span<const uint8_t> all = bytes;
  uint64_t fields = hash_bytes(all.first(checksum_offset));
  write_u64(bytes, checksum_offset,
            hash_bytes(all.subspan(header_bytes, table_bytes), fields));
}

/// Makes all checksums right, and the file size in the header. Bytes too few
/// for a header stay as they are.
inline void repair_checksums(std::vector<uint8_t> &bytes) {
  if (bytes.size() < header_bytes + table_bytes)
    return;
  std::span<const uint8_t> all = bytes;
  write_u64(bytes, checksum_offset - 8, bytes.size());
  for (size_t i = 0; i < section_count; ++i) {
    size_t row = header_bytes + i * section_row_bytes;
    uint64_t offset = read_u64(bytes, row), size = read_u64(bytes, row + 8);
    if (offset > bytes.size() || size > bytes.size() - offset)
      continue;
    std::span<const uint8_t> section = all.subspan(offset, size);
    BulkHash bulk;
    bulk.add(section, section.size());
    write_u64(bytes, row + 16,
              i < size_t(first_bulk_section) ? hash_bytes(section)
                                             : bulk.finish());
  }
  repair_header(bytes);
}

} // namespace landfall
