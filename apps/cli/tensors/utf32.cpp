//===- utf32.cpp - Text of numpy's string arrays --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/utf32.h"

#include <algorithm>
#include <string_view>

namespace landfall::cli {

namespace {

constexpr uint32_t replacement = 0xfffd;

bool is_character(uint32_t code) {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

void append_utf8(std::string &out, uint32_t code) {
  if (!is_character(code))
    code = replacement;
  if (code < 0x80) {
    out += char(code);
    return;
  }
  int following = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static constexpr int leads[] = {0, 0xc0, 0xe0, 0xf0};
  out += char(leads[following] | int(code >> 6 * following));
  while (following-- > 0)
    out += char(0x80 | ((code >> 6 * following) & 0x3f));
}

/// Takes one character off the front.
uint32_t next_character(std::string_view &text) {
  auto lead = uint8_t(text[0]);
  text.remove_prefix(1);
  if (lead < 0x80)
    return lead;
  size_t following = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < following)
    return replacement;
  uint32_t code = lead & (0x3f >> following);
  for (size_t i = 0; i < following; ++i) {
    auto byte = uint8_t(text[i]);
    if (byte >> 6 != 2)
      return replacement;
    code = code << 6 | (byte & 0x3f);
  }
  static constexpr uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
  if (code < smallest[following] || !is_character(code))
    return replacement;
  text.remove_prefix(following);
  return code;
}

} // namespace

std::string utf8_from_utf32(std::span<const uint8_t> text) {
  size_t length = text.size() / 4;
  auto code = [&](size_t i) {
    return uint32_t(text[i * 4]) | uint32_t(text[i * 4 + 1]) << 8 |
           uint32_t(text[i * 4 + 2]) << 16 | uint32_t(text[i * 4 + 3]) << 24;
  };
  while (length > 0 && code(length - 1) == 0)
    --length;
  std::string out;
  for (size_t i = 0; i < length; ++i)
    append_utf8(out, code(i));
  return out;
}

Utf32Texts utf32_from_utf8(std::span<const std::string> texts) {
  std::vector<std::u32string> decoded;
  Utf32Texts result;
  for (std::string_view text : texts) {
    std::u32string &codes = decoded.emplace_back();
    while (!text.empty())
      codes += char32_t(next_character(text));
    result.width = std::max(result.width, codes.size());
  }
  result.bytes.resize(texts.size() * result.width * 4);
  for (size_t i = 0; i < decoded.size(); ++i)
    for (size_t k = 0; k < decoded[i].size(); ++k)
      for (size_t byte = 0; byte < 4; ++byte)
        result.bytes[(i * result.width + k) * 4 + byte] =
            uint8_t(uint32_t(decoded[i][k]) >> 8 * byte);
  return result;
}

} // namespace landfall::cli
