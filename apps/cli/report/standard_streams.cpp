//===- standard_streams.cpp - Output that may not be writable -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/report/standard_streams.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace landfall::cli {

void prepare_standard_streams() {
  // The lowest free number is taken, so each of these is the one that is
  // missing. Opened for reading, they refuse what is written.
  for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) == -1)
      (void)open("/dev/null", O_RDONLY);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

Status flush_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
    return {};
  return Error{ErrorCode::io, fmt::format("cannot write the output: {}",
                                          std::strerror(errno))};
}

bool write_error_text(std::string_view text) {
  bool is_written =
      std::fwrite(text.data(), 1, text.size(), stderr) == text.size();
  return std::fflush(stderr) == 0 && is_written;
}

} // namespace landfall::cli
