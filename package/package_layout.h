//===- package_layout.h - Where things lie in a .lfm -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// docs/package_format.md describes this layout.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <string_view>

namespace landfall {

/// Like PNG's: any transfer that takes the file for text breaks it.
inline constexpr uint8_t package_magic[8] = {0x89, 'L',  'F',  'M',
                                             0x0d, 0x0a, 0x1a, 0x0a};
inline constexpr uint32_t package_version = 4;

/// Sections stand in the file and in the table in this order, each once.
enum class Section : uint32_t {
  manifest,
  program,
  kernels,
  texts,
  weight_table,
  code_table,
  weights,
  code,
};
inline constexpr uint32_t section_count = 8;
/// Sections before this one are metadata. Their checksums are hash_bytes; those
/// of the others BulkHash, or 0 from an older Landfall.
inline constexpr Section first_bulk_section = Section::weights;

inline constexpr std::string_view section_names[section_count] = {
    "manifest",     "program",    "kernels", "texts",
    "weight table", "code table", "weights", "code"};

/// Magic, version, section count, file size, checksum of what is before it and
/// of the section table.
inline constexpr size_t header_bytes = 32;
inline constexpr size_t checksum_offset = 24;
/// Offset, size, checksum.
inline constexpr size_t section_row_bytes = 24;
inline constexpr size_t table_bytes = section_count * section_row_bytes;

inline constexpr size_t weight_alignment = 64;
inline constexpr size_t page_bytes = 4096; ///< Weights and code begin on one.

inline size_t round_up(size_t value, size_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

} // namespace landfall
