//===- table.h - Columns of text ------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string>
#include <vector>

namespace landfall::cli {

/// Aligned columns, two blanks apart; numbers to the right.
class Table {
public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as there are columns.
  void add(std::vector<std::string> cells) {
    rows_.push_back(std::move(cells));
  }
  /// Each line begins with `indent` and ends with a line end.
  std::string text(const std::string &indent = "  ") const;

private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

} // namespace landfall::cli
