//===- mapped_file.h - A mapped file that is watched -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/open_file.h"

namespace landfall {

/// A file whose mapped bytes are in use for long. Thread-safe.
class FileWatch {
public:
  FileWatch(OpenFile file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}

  /// Fails (io) if the file's contents were written or cut since it was opened.
  /// That its name is given to another file does not matter.
  Status check_unchanged() const;

private:
  OpenFile file_;
  std::string path_;
};

struct MappedFile {
  Bytes bytes;
  std::shared_ptr<const FileWatch> watch;
};

/// As map_file does.
Result<MappedFile> map_watched_file(const std::string &path);

} // namespace landfall
