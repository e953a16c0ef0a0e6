//===- open_file.cpp - Descriptors of regular files -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/open_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>

namespace landfall {

namespace {

const char *kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
  case S_IFDIR:
    return "a directory";
  case S_IFIFO:
    return "a pipe";
  case S_IFSOCK:
    return "a socket";
  default:
    return "a device";
  }
}

Status check_regular(const struct stat &status, const std::string &path) {
  if (S_ISREG(status.st_mode))
    return {};
  Error error{ErrorCode::io, fmt::format("cannot open: it is not a regular "
                                         "file but {}",
                                         kind_of(status.st_mode))};
  return error.in_file(path);
}

} // namespace

Error system_error(const char *action, const std::string &path) {
  Error error{ErrorCode::io,
              fmt::format("cannot {}: {}", action, strerror(errno))};
  return error.in_file(path);
}

Status check_path(const std::string &path) {
  if (path.empty())
    return Error{ErrorCode::invalid_argument, "the path of a file is empty"};
  if (path.find('\0') == std::string::npos)
    return {};
  Error error{ErrorCode::invalid_argument,
              "the path of a file has a NUL character, which no path can have"};
  return error.in_file(path.substr(0, path.find('\0')));
}

Result<OpenFile> open_regular(const std::string &path) {
  TRY(check_path(path));
  OpenFile file;
  // Opening some devices has effects, so what is there is asked first; it may
  // be replaced meanwhile, so it is asked again.
  if (stat(path.c_str(), &file.status) != 0)
    return system_error("open", path);
  TRY(check_regular(file.status, path));
  file.descriptor = Descriptor(
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.descriptor)
    return system_error("open", path);
  if (fstat(file.descriptor.number(), &file.status) != 0)
    return system_error("read", path);
  TRY(check_regular(file.status, path));
  return file;
}

} // namespace landfall
