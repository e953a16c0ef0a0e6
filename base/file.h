//===- file.h - Reading and writing whole files ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Only regular files are read. Errors name the path and give the operating
// system's reason.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <string>

namespace landfall {

/// Maps a file read-only. Pages are read when touched; the mapping ends with
/// the last owner. An empty file gives no bytes. Whoever writes to the file
/// changes the bytes, and whoever truncates it makes touching them fatal
/// (SIGBUS).
Result<Bytes> map_file(const std::string &path);

/// Gives the pages of these bytes back to the system, if they are those of a
/// mapped file: when they are touched, they are read again.
void drop_pages(const Bytes &bytes);

/// Reads a file into memory of its own, which begins on a page: what happens to
/// the file later does not matter.
Result<Bytes> load_file(const std::string &path);

/// Reads a file to its end.
Result<std::vector<uint8_t>> read_file(const std::string &path);

/// The first bytes of a file, at most `count`.
Result<std::vector<uint8_t>> read_beginning(const std::string &path,
                                            size_t count);

/// Replaces the file atomically: readers see the old contents or the new, even
/// after a crash. A file that is replaced keeps its permissions and, where that
/// is allowed, its owner; a symbolic link stays one. Nothing is left behind by
/// a failure or a signal, except where the file system has no files without a
/// name: then one temporary file, which the next attempt removes.
/// What is not durable is not forced to the disk: if the whole system fails,
/// the file may be there with any contents.
enum class Durable : bool { no, yes };
Status write_file(const std::string &path,
                  std::span<const std::span<const uint8_t>> parts,
                  Durable durable = Durable::yes);
Status write_file(const std::string &path, std::span<const uint8_t> bytes);

/// Refuses a path to write to that is one of the files `read`
/// (invalid_argument). Files are compared, not names: links lead to the same
/// one.
Status check_not_read(const std::string &path,
                      std::span<const std::string> read);

} // namespace landfall
