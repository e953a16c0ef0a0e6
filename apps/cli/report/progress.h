//===- progress.h - What is going on, for someone who waits ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string_view>

namespace landfall::cli {

/// One line on the terminal, overwritten by the next, gone at the end. Silent
/// if standard error is no terminal.
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
