//===- child_process.h - A process to talk with, line by line --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace landfall::cli {

/// Its standard input and output are ours, its standard error is shared. The
/// destructor closes its input and waits for it.
class ChildProcess {
public:
  /// The program is looked up in the PATH.
  static Result<ChildProcess> start(const std::vector<std::string> &command);
  ChildProcess(ChildProcess &&other) noexcept;
  ChildProcess &operator=(ChildProcess &&) = delete;
  ~ChildProcess();

  /// False if it is gone.
  bool send(const std::string &line);
  /// Without the line end; nothing if it is gone.
  std::optional<std::string> receive();

private:
  ChildProcess(pid_t process, int socket)
      : process_(process), socket_(socket) {}

  pid_t process_;
  int socket_;
  std::string pending_; ///< Received, not yet asked for.
};

} // namespace landfall::cli
