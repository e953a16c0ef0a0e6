//===- text_table.h - The texts that elements number ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace landfall {

/// Texts and their numbers: an element of a tensor of strings is the 64-bit
/// number of its text (docs/decisions/006-text.md). Number 0 is the empty text;
/// equal texts have equal numbers. A text is any bytes, NUL included.
///
/// A table may continue another one, which must neither change nor end before
/// it. Reading is thread-safe, adding is not.
class TextTable {
public:
  explicit TextTable(const TextTable *continued = nullptr);
  TextTable(const TextTable &) = delete;
  TextTable &operator=(const TextTable &) = delete;

  /// The number of the text, which is added if it is new.
  int64_t number_of(std::string_view text);
  /// The text; nothing if there is none with this number. The view holds until
  /// the table or the text is dropped.
  std::optional<std::string_view> text(int64_t number) const;
  /// How many texts there are, those of the continued table included.
  int64_t size() const { return first_ + int64_t(texts_.size()); }
  /// Drops the texts that the continued table does not have; their numbers will
  /// be those of other texts.
  void drop_own();

private:
  std::optional<int64_t> find(std::string_view text) const;

  const TextTable *continued_;
  int64_t first_ = 0;             ///< The number of texts_[0].
  std::deque<std::string> texts_; ///< Views into it stay valid as it grows.
  std::unordered_map<std::string_view, int64_t> numbers_;
};

} // namespace landfall
