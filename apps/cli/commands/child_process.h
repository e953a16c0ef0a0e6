//===- child_process.h - Line-based IPC with a child process ---*- C++ -*-===//
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

/// A child process whose standard input and output are pipes to this one; its
/// standard error is inherited. The destructor closes its input and waits for
/// it.
class ChildProcess {
public:
  /// The program is looked up in the PATH.
  static Result<ChildProcess> start(const std::vector<std::string> &command);
  ChildProcess(ChildProcess &&other) noexcept;
  ChildProcess &operator=(ChildProcess &&) = delete;
  ~ChildProcess();

  /// Writes a line. False if the process has ended.
  bool send(const std::string &line);
  /// Reads a line, without the line end; nothing if the process has ended.
  std::optional<std::string> receive();

private:
  ChildProcess(pid_t process, int socket)
      : process_(process), socket_(socket) {}

  pid_t process_;
  int socket_;
  std::string pending_; ///< Received but not yet returned.
};

} // namespace landfall::cli
