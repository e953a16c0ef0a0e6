//===- progress.cpp - A progress line on the terminal ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/progress.h"
#include "apps/cli/report/standard_streams.h"

#include <fmt/format.h>
#include <unistd.h>

namespace landfall::cli {

Progress::Progress() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::show(std::string_view line) {
  if (!is_terminal_)
    return;
  // Longer lines would wrap, and only their last part would be overwritten.
  write_error_text(fmt::format("\r\x1b[K{}", line.substr(0, 79)));
  is_shown_ = true;
}

void Progress::clear() {
  if (is_shown_)
    write_error_text("\r\x1b[K");
  is_shown_ = false;
}

} // namespace landfall::cli
