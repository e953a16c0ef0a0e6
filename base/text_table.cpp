//===- text_table.cpp - The texts that elements number --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/text_table.h"

namespace landfall {

TextTable::TextTable(const TextTable *continued) : continued_(continued) {
  if (continued)
    first_ = continued->size();
  else
    number_of("");
}

std::optional<int64_t> TextTable::find(std::string_view text) const {
  if (continued_)
    if (std::optional<int64_t> number = continued_->find(text))
      return number;
  auto found = numbers_.find(text);
  if (found == numbers_.end())
    return std::nullopt;
  return found->second;
}

int64_t TextTable::number_of(std::string_view text) {
  if (std::optional<int64_t> number = find(text))
    return *number;
  int64_t number = size();
  numbers_.emplace(texts_.emplace_back(text), number);
  return number;
}

std::optional<std::string_view> TextTable::text(int64_t number) const {
  if (number < first_)
    return continued_ ? continued_->text(number) : std::nullopt;
  if (number >= size())
    return std::nullopt;
  return texts_[size_t(number - first_)];
}

void TextTable::drop_own() {
  if (texts_.empty())
    return;
  numbers_ = {}; // Not clear(), which keeps the memory of the largest run.
  texts_ = {};
  if (!continued_)
    number_of("");
}

} // namespace landfall
