//===- zip_layout.h - Marks and sizes of a .zip's records ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstddef>
#include <cstdint>

namespace landfall::cli::zip {

inline constexpr uint32_t member_mark = 0x04034b50;
inline constexpr size_t member_bytes = 30;
inline constexpr uint32_t entry_mark = 0x02014b50;
inline constexpr size_t entry_bytes = 46;
inline constexpr uint32_t long_end_mark = 0x06064b50;
inline constexpr uint32_t locator_mark = 0x07064b50;
inline constexpr size_t locator_bytes = 20;
inline constexpr uint32_t end_mark = 0x06054b50;
inline constexpr size_t end_bytes = 22;
/// The extra block of fields that 32 bits cannot hold.
inline constexpr uint16_t long_fields = 1;

} // namespace landfall::cli::zip
