//===- kernel_code.h - The instructions of a model's kernels ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "apps/cli/report/json.h"

#include <string>

namespace landfall::cli {

/// A folder for what the compiler dumps, with all that is in it removed at the
/// end.
class DumpFolder {
public:
  DumpFolder();
  ~DumpFolder();
  DumpFolder(const DumpFolder &) = delete;
  DumpFolder &operator=(const DumpFolder &) = delete;

  /// Empty: it could not be made.
  const std::string &path() const { return path_; }
  /// {kernel's number: assembly}, for the compile option "dump_dir". A kernel
  /// whose code an equal one has is not there; long code is cut off.
  Json instructions() const;

private:
  std::string path_;
};

} // namespace landfall::cli
