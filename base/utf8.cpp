//===- utf8.cpp - Whether bytes are text ---------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/utf8.h"

#include <cstddef>
#include <cstdint>

namespace landfall {

namespace {

/// The length of the character that begins here, 0 if it is malformed.
size_t character(std::string_view text) {
  auto byte = [&](size_t k) { return uint8_t(text[k]); };
  if (byte(0) < 0x80)
    return 1;
  size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (text.size() < length || byte(0) < 0xc0 || byte(0) > 0xf7)
    return 0;
  uint32_t code = byte(0) & (0x7f >> length);
  for (size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xc0) != 0x80)
      return 0;
    code = code << 6 | (byte(k) & 0x3f);
  }
  constexpr uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
  bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code >= lowest[length] && code <= 0x10ffff && !surrogate ? length : 0;
}

} // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    size_t length = character(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
  return true;
}

} // namespace landfall
