//===- progress.cpp - A progress line on the terminal ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/progress.h"

#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace landfall::cli {

Progress::Progress() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::string_view line) {
  if (!is_terminal_)
    return;
  // Longer lines would wrap, and only their last part would be overwritten.
  fmt::print(stderr, "\r\x1b[K{}", line.substr(0, 79));
  std::fflush(stderr);
  is_shown_ = true;
}

void Progress::clear() {
  if (is_shown_)
    fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  is_shown_ = false;
}

} // namespace landfall::cli
