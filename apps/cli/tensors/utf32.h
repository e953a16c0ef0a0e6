//===- utf32.h - Text of numpy's string arrays ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// numpy's arrays of text (dtype 'U') store each element as little-endian
// UTF-32, padded with zeros to the length of the longest element.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace landfall::cli {

/// One element as UTF-8, without the padding. Values that are not Unicode
/// characters (surrogates, or above U+10FFFF) become U+FFFD.
std::string utf8_from_utf32(std::span<const uint8_t> text);

/// The elements of an array of text.
struct Utf32Texts {
  size_t width = 1;           ///< Characters of each element; at least 1.
  std::vector<uint8_t> bytes; ///< 4 * width for each element.
};
/// Bytes that are not valid UTF-8 become U+FFFD.
Utf32Texts utf32_from_utf8(std::span<const std::string> texts);

} // namespace landfall::cli
