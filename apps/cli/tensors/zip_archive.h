//===- zip_archive.h - Files within a .zip --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A .npz is a .zip of .npy files. Stored and deflated members are read, stored
// ones written, both of any size (zip64).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <array>
#include <string>
#include <vector>

namespace landfall::cli {

struct ZipMember {
  std::string name;
  uint16_t method = 0; ///< 0: stored; 8: deflated.
  uint32_t crc = 0;
  uint64_t stored_size = 0;
  uint64_t size = 0;
  uint64_t header_offset = 0;
};

/// The table of contents. Errors (invalid_argument) name `place`.
Result<std::vector<ZipMember>> list_zip(const Bytes &file,
                                        const std::string &place);

/// A member's contents, checked; a view into `file` if it is stored.
Result<Bytes> read_zip_member(const Bytes &file, const ZipMember &member,
                              const std::string &place);

/// What to write: a name, and contents in parts.
struct ZipContent {
  std::string name;
  std::vector<Bytes> parts;
};

/// Replaces the file at once.
Status write_zip(const std::string &path,
                 const std::vector<ZipContent> &contents);

} // namespace landfall::cli
