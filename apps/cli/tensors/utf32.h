//===- utf32.h - Text as numpy keeps it -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// numpy's 'U' arrays hold 4 bytes a character, each text padded with zeros to
// the width of the longest.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace landfall::cli {

/// Without the padding; what is no character becomes U+FFFD.
std::string utf8_from_utf32(std::span<const uint8_t> text);

struct Utf32Texts {
  size_t width = 1; ///< Characters; at least 1, as numpy has it.
  std::vector<uint8_t> bytes;
};
/// Bytes that are not UTF-8 become U+FFFD.
Utf32Texts utf32_from_utf8(std::span<const std::string> texts);

} // namespace landfall::cli
