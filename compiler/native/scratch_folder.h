//===- scratch_folder.h - A temporary folder -------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/open_file.h"
#include "base/result.h"

#include <string>

namespace landfall::native {

/// A private folder, removed by the destructor. If a signal ends the process,
/// the next one that makes such a folder removes it: it is locked while it is
/// in use.
class ScratchFolder {
public:
  /// On tmpfs if there is one.
  static Result<ScratchFolder> create();
  /// In `parent`; fails (io) where the system refuses.
  static Result<ScratchFolder> create_in(const std::string &parent);

  ScratchFolder(ScratchFolder &&other) noexcept
      : path_(std::exchange(other.path_, "")), lock_(std::move(other.lock_)) {}
  ~ScratchFolder();

  const std::string &path() const { return path_; }
  std::string file(const std::string &name) const { return path_ + "/" + name; }

private:
  ScratchFolder(std::string path, Descriptor lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  Descriptor lock_;
};

} // namespace landfall::native
