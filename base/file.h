//===- file.h - Reading and writing whole files ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Errors name the path and give the operating system's reason.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <string>

namespace landfall {

/// Maps a file read-only. Pages are read when touched; the mapping ends with
/// the last owner. An empty file gives no bytes.
Result<Bytes> map_file(const std::string &path);

/// Reads a file (or a pipe) to its end.
Result<std::vector<uint8_t>> read_file(const std::string &path);

/// Replaces the file atomically: readers see the old contents or the new, even
/// after a crash. Writes a temporary file beside it, syncs and renames it.
Status write_file(const std::string &path,
                  std::span<const std::span<const uint8_t>> parts);
Status write_file(const std::string &path, std::span<const uint8_t> bytes);

} // namespace landfall
