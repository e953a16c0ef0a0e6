//===- open_file.h - Descriptors of regular files --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace landfall {

/// Owns a file descriptor.
class Descriptor {
public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor &&other) noexcept
      : number_(std::exchange(other.number_, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0)
      close(number_);
  }
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

private:
  int number_;
};

/// "cannot ACTION: " and what errno says.
Error system_error(const char *action, const std::string &path);

/// Refuses paths that the system would take for another or for none: empty
/// ones, and those with a NUL, where it stops reading (invalid_argument).
Status check_path(const std::string &path);

struct OpenFile {
  Descriptor descriptor;
  struct stat status = {};

  size_t size() const { return static_cast<size_t>(status.st_size); }
};

/// Opens a regular file for reading; anything else is refused, and never waited
/// for: opening a FIFO would block until someone writes to it.
Result<OpenFile> open_regular(const std::string &path);

/// Maps the whole file read-only; it may be closed then.
Result<Bytes> map_open_file(const OpenFile &file, const std::string &path);

} // namespace landfall
