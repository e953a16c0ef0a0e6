//===- dump.h - A folder that shows how code is made -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/target.h"

namespace landfall::compiler {

/// Makes the folder and those above it; the result writes files there. Both
/// fail, naming the path, where the system refuses. The files `sources`, which
/// must outlive the result, are never overwritten.
Result<DumpFile> open_dump(const std::string &directory,
                           const std::vector<std::string> &sources);

} // namespace landfall::compiler
