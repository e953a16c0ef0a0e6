//===- text_case.cpp - Lower and upper case, stop words -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/text_functions.h"

#include <algorithm>
#include <unordered_set>

namespace landfall::runtime {

namespace {

struct CaseRow {
  uint32_t first, last, step;
  int32_t distance;
};

constexpr CaseRow lower_rows[] = {
#define LOWER(first, last, step, distance) {first, last, step, distance},
#include "runtime/case_table.def"
};
constexpr CaseRow upper_rows[] = {
#define UPPER(first, last, step, distance) {first, last, step, distance},
#include "runtime/case_table.def"
};

uint32_t changed(uint32_t character, CaseChange change) {
  bool lower = change == CaseChange::lower;
  if (character < 0x80) {
    uint32_t first = lower ? U'A' : U'a';
    bool changes = character >= first && character < first + 26;
    return changes ? character ^ 0x20 : character;
  }
  std::span<const CaseRow> rows = lower ? std::span<const CaseRow>(lower_rows)
                                        : std::span<const CaseRow>(upper_rows);
  auto row = std::ranges::lower_bound(rows, character, {}, &CaseRow::last);
  bool changes = row != rows.end() && character >= row->first &&
                 (character - row->first) % row->step == 0;
  return changes ? uint32_t(int32_t(character) + row->distance) : character;
}

/// Takes the UTF-8 character that `text` begins with; nothing, and one byte
/// less, if it begins with none.
std::optional<uint32_t> take_character(std::string_view &text) {
  auto byte = [&](size_t k) { return uint32_t(uint8_t(text[k])); };
  uint32_t first = byte(0);
  size_t length = first < 0x80             ? 1
                  : (first & 0xe0) == 0xc0 ? 2
                  : (first & 0xf0) == 0xe0 ? 3
                  : (first & 0xf8) == 0xf0 ? 4
                                           : 0;
  bool legal = length > 0 && length <= text.size();
  uint32_t character = length == 1 ? first : first & (0x7f >> length);
  for (size_t k = 1; legal && k < length; ++k) {
    legal = (byte(k) & 0xc0) == 0x80;
    character = character << 6 | (byte(k) & 0x3f);
  }
  text.remove_prefix(legal ? length : 1);
  return legal ? std::optional(character) : std::nullopt;
}

void append(std::string &text, uint32_t character) {
  if (character < 0x80) {
    text += char(character);
    return;
  }
  int rest = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
  uint32_t mark = 0xff00u >> (rest + 1) & 0xff;
  text += char(mark | character >> (6 * rest));
  while (rest-- > 0)
    text += char(0x80 | (character >> (6 * rest) & 0x3f));
}

} // namespace

std::string with_case(std::string_view text, CaseChange change) {
  if (change == CaseChange::none)
    return std::string(text);
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    std::string_view before = text;
    std::optional<uint32_t> character = take_character(text);
    std::string_view taken = before.substr(0, before.size() - text.size());
    uint32_t other = character ? changed(*character, change) : 0;
    // Also keeps longer forms of a character than need be.
    if (character && other != *character)
      append(result, other);
    else
      result += taken;
  }
  return result;
}

HostTensor normalized(const HostTensor &texts,
                      std::span<const std::string> stop_words,
                      CaseChange change, bool is_case_sensitive) {
  CaseChange compared = is_case_sensitive            ? CaseChange::none
                        : change == CaseChange::none ? CaseChange::lower
                                                     : change;
  std::unordered_set<std::string> stops;
  for (const std::string &word : stop_words)
    stops.insert(with_case(word, compared));
  std::vector<std::string> kept;
  for (const std::string &text : texts.strings)
    if (stops.empty() || !stops.contains(with_case(text, compared)))
      kept.push_back(with_case(text, change));
  if (kept.empty())
    kept.emplace_back();
  std::vector<int64_t> dims(texts.dims.size(), 1);
  dims.back() = int64_t(kept.size());
  HostTensor result = make_tensor(DType::string, dims);
  result.strings = std::move(kept);
  return result;
}

} // namespace landfall::runtime
