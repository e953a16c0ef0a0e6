//===- progress.h - A progress line on the terminal ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string_view>

namespace landfall::cli {

/// A line on standard error that each update overwrites; erased at the end.
/// Prints nothing if standard error is no terminal.
class Progress {
public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  void show(std::string_view line);
  void clear();

private:
  bool is_terminal_;
  bool is_shown_ = false;
};

} // namespace landfall::cli
