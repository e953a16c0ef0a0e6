//===- table.cpp - Columns of text ----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/table.h"

#include <algorithm>

namespace landfall::cli {

namespace {

/// Characters, not bytes.
size_t width_of(const std::string &text) {
  return size_t(std::ranges::count_if(
      text, [](char c) { return (uint8_t(c) & 0xc0) != 0x80; }));
}

} // namespace

std::string Table::text(const std::string &indent) const {
  std::vector<std::vector<std::string>> lines;
  bool has_titles = std::ranges::any_of(
      columns_, [](const Column &column) { return !column.title.empty(); });
  if (has_titles) {
    lines.emplace_back();
    for (const Column &column : columns_)
      lines.back().push_back(column.title);
  }
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<size_t> widths(columns_.size());
  for (const auto &line : lines)
    for (size_t c = 0; c < widths.size(); ++c)
      widths[c] = std::max(widths[c], width_of(line[c]));
  std::string text;
  for (const auto &line : lines) {
    std::string row = indent;
    for (size_t c = 0; c < widths.size(); ++c) {
      std::string padding(widths[c] - width_of(line[c]), ' ');
      bool is_right = columns_[c].align == Align::right;
      row +=
          (c ? "  " : "") + (is_right ? padding + line[c] : line[c] + padding);
    }
    row.resize(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

} // namespace landfall::cli
