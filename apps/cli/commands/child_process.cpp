//===- child_process.cpp - Line-based IPC with a child process ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/child_process.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace landfall::cli {

Result<ChildProcess>
ChildProcess::start(const std::vector<std::string> &command) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return Error{ErrorCode::io, fmt::format("cannot talk with a process: {}",
                                            std::strerror(errno))};
  std::vector<char *> arguments;
  for (const std::string &argument : command)
    arguments.push_back(const_cast<char *>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t process = 0;
  int problem = posix_spawnp(&process, arguments[0], &actions, nullptr,
                             arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (problem != 0) {
    close(ends[0]);
    return Error{ErrorCode::io, fmt::format("cannot start '{}': {}", command[0],
                                            std::strerror(problem))};
  }
  return ChildProcess(process, ends[0]);
}

ChildProcess::ChildProcess(ChildProcess &&other) noexcept
    : process_(std::exchange(other.process_, 0)),
      socket_(std::exchange(other.socket_, -1)),
      pending_(std::move(other.pending_)) {}

ChildProcess::~ChildProcess() {
  if (process_ == 0)
    return;
  close(socket_);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR)
    ;
}

bool ChildProcess::send(const std::string &line) {
  std::string message = line + "\n";
  size_t sent = 0;
  while (sent < message.size()) {
    // A process that is gone must not end ours by SIGPIPE.
    ssize_t part = ::send(socket_, message.data() + sent, message.size() - sent,
                          MSG_NOSIGNAL);
    if (part < 0 && errno == EINTR)
      continue;
    if (part <= 0)
      return false;
    sent += size_t(part);
  }
  return true;
}

std::optional<std::string> ChildProcess::receive() {
  while (true) {
    size_t end = pending_.find('\n');
    if (end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return line;
    }
    char buffer[4096];
    ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return std::nullopt;
    pending_.append(buffer, size_t(got));
  }
}

} // namespace landfall::cli
